/**
 * Names that a torch file must not contain. Nothing in a file is ever run, so this is no defense; it is a report:
 * a file that would run a program in Python is not to pass for a checkpoint, and a tensor of a kind that is not
 * read must not vanish as an opaque object.
 */

/** Modules of Python with which a pickle attacks, and parts of names behind which they hide. */
const PROGRAMS: ReadonlySet<string> = new Set([
  ...[
    "asyncio",
    "ctypes",
    "http",
    "importlib",
    "marshal",
    "multiprocessing",
    "nt",
    "os",
    "pdb",
    "pickle",
    "pip",
  ],
  ...["posix", "pty", "requests", "runpy", "shutil", "socket", "subprocess", "sys", "system", "timeit"],
  ...["urllib", "urllib2", "webbrowser"],
]);

/** What Python's own module holds beside these are functions, such as `eval`. */
const BUILTIN_CLASSES: ReadonlySet<string> = new Set([
  ...["bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "long", "object"],
  ...["range", "set", "slice", "str", "tuple", "type", "unicode", "xrange"],
]);

/** `torch.QInt8Storage`, `torch._utils._rebuild_sparse_tensor`: tensors that are not read. */
const TENSORS = /^torch\.(\w+Storage|(_utils|_tensor|sparse|nested)\._rebuild\w*)$/;

export function isRefusedName(module: string, name: string): boolean {
  if (module === "builtins" || module === "__builtin__") return !BUILTIN_CLASSES.has(name);
  if (TENSORS.test(`${module}.${name}`)) return true;
  return PROGRAMS.has(module.split(".", 1)[0]) || name.split(".").some((part) => PROGRAMS.has(part));
}

import { ModelError } from "../../errors.ts";
import { bytesPerElement, type Dtype } from "../bytes/dtype.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";
import type { PickleRules } from "./pickle.ts";
import {
  describePickleValue,
  OpaqueGlobal,
  OpaqueObject,
  OrderedDict,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from "./pickleValue.ts";
import { isRefusedName } from "./refusedNames.ts";

/** A storage: a run of elements in a torch file, shared by any number of tensors. */
export class TorchStorage extends PickleObject {
  readonly kind = "a storage";

  constructor(
    readonly key: string,
    readonly dtype: Dtype,
    /** Number of elements. */
    readonly count: number,
  ) {
    super();
  }

  get byteLength(): number {
    return this.count * bytesPerElement(this.dtype);
  }
}

/** A tensor as described in the file, unchecked: any integers. Offset and strides count elements. */
export class TorchTensor extends PickleObject {
  readonly kind = "a tensor";

  constructor(
    readonly storage: TorchStorage,
    readonly offset: number | bigint,
    readonly shape: readonly (number | bigint)[],
    readonly stride: readonly (number | bigint)[],
  ) {
    super();
  }
}

/** Torch's own limit. */
const MAX_AXES = 64;

/** Element types by the storage's Python class. Torch's other types do not occur in detector weights. */
const STORAGES: Readonly<Record<string, Dtype>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

/** The allow-list of names in a torch file. */
const TORCH_GLOBALS: readonly PickleGlobal[] = [
  new PickleGlobal("collections", "OrderedDict", orderedDict),
  // Its argument makes missing values, and there are none here.
  new PickleGlobal("collections", "defaultdict", () => new Map()),
  new PickleGlobal("torch._utils", "_rebuild_tensor", rebuildTensor),
  new PickleGlobal("torch._utils", "_rebuild_tensor_v2", rebuildTensor),
  new PickleGlobal("torch._utils", "_rebuild_parameter", rebuildParameter),
  new PickleGlobal("torch._utils", "_rebuild_parameter_with_state", rebuildParameter),
  new PickleGlobal("torch._tensor", "_rebuild_from_type_v2", rebuildFromType),
  ...["builtins", "__builtin__"].map((module) => new PickleGlobal(module, "getattr", enumMember)),
  ...Object.keys(STORAGES).map((name) => new PickleGlobal("torch", name)),
];

/** Python 2 writes the items as the argument: `OrderedDict([[key, value], ...])`. */
function orderedDict(args: readonly PickleValue[], where: string): OrderedDict {
  const [pairs = []] = args;
  const dictionary = new OrderedDict();
  if (args.length > 1 || !Array.isArray(pairs)) {
    throw wrongArguments(where, "OrderedDict() without arguments or with a list", args);
  }
  for (const pair of pairs) {
    const items = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
    if (items.length !== 2) {
      throw new ModelError({ where, expected: "a key and a value", got: describePickleValue(pair) });
    }
    dictionary.set(items[0], items[1]);
  }
  return dictionary;
}

function rebuildParameter(args: readonly PickleValue[], where: string): TorchTensor {
  if (args[0] instanceof TorchTensor) return args[0];
  throw wrongArguments(where, "_rebuild_parameter(tensor, ...)", args);
}

/** A tensor with attributes or of a subclass: `(function, type, arguments, state)`; the rest is ignored. */
function rebuildFromType(args: readonly PickleValue[], where: string): PickleValue {
  const [rebuild, , inner] = args;
  if (rebuild instanceof PickleGlobal && TENSOR_MAKERS.has(rebuild.call) && inner instanceof PickleTuple) {
    return rebuild.call?.(inner.items, where) ?? null;
  }
  throw wrongArguments(where, "_rebuild_from_type_v2(function, type, arguments, state)", args);
}

/** Python 3.11 writes a member of an enumeration as `getattr(class, name)`. Nothing is looked up. */
function enumMember(args: readonly PickleValue[], where: string): OpaqueObject {
  const [type, name] = args;
  if (args.length === 2 && type instanceof OpaqueGlobal && typeof name === "string") {
    return new OpaqueObject(`an object of ${type.module}.${type.name}`);
  }
  throw wrongArguments(where, 'the global "builtins.getattr" with a class and a name', args);
}

/** The second version has more arguments, about training. */
function rebuildTensor(args: readonly PickleValue[], where: string): TorchTensor {
  const [storage, offset, shape, stride] = args;
  if (!(storage instanceof TorchStorage) || !isInteger(offset) || !isIntegers(shape) || !isIntegers(stride)) {
    throw wrongArguments(where, "_rebuild_tensor(storage, offset, size, stride, ...)", args);
  }
  return new TorchTensor(storage, offset, shape.items, stride.items);
}

const TENSOR_MAKERS: ReadonlySet<unknown> = new Set([rebuildTensor, rebuildParameter]);

/** `("storage", class, key, location, count)`; the location, a device, is ignored. */
export function storageOfId(id: PickleValue, where: string): TorchStorage {
  const [tag, type, key, , count, view = null] = id instanceof PickleTuple ? id.items : [];
  const dtype = type instanceof PickleGlobal && type.module === "torch" ? STORAGES[type.name] : undefined;
  if (tag !== "storage" || !dtype || typeof key !== "string" || !isInteger(count) || view !== null) {
    const expected = 'the persistent id of a storage: ("storage", class, key, location, count)';
    throw new ModelError({ where, expected, got: describeItems(id) });
  }
  const storage = new TorchStorage(key, dtype, Number(count));
  if (count >= 0 && Number.isSafeInteger(storage.byteLength)) return storage;
  const got = `a size of ${describePickleValue(count)} elements of ${dtype}, which is too large or negative`;
  throw new ModelError({ where, expected: "a storage of less than 2^53 bytes", got });
}

function isInteger(value: PickleValue | undefined): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

interface Integers extends PickleTuple {
  readonly items: readonly (number | bigint)[];
}

function isIntegers(value: PickleValue | undefined): value is Integers {
  return value instanceof PickleTuple && value.items.length <= MAX_AXES && value.items.every(isInteger);
}

function wrongArguments(where: string, expected: string, args: readonly PickleValue[]): ModelError {
  return new ModelError({ where, expected, got: describeItems(new PickleTuple(args)) });
}

function describeItems(value: PickleValue): string {
  if (!(value instanceof PickleTuple)) return describePickleValue(value);
  const items = value.items.slice(0, 8).map(describePickleValue);
  return `(${items.join(", ")}${value.items.length > 8 ? ", ..." : ""})`;
}

/** A torch file of either format: the saved object, and access to the bytes of its storages. */
export interface TorchFile {
  readonly object: PickleValue;
  readonly bigEndian: boolean;
  /** @throws ModelError if the file holds fewer bytes than the storage has. */
  checkStorage(storage: TorchStorage): void;
  openStorage(storage: TorchStorage): Promise<RandomAccessFile>;
}

/** Max size of a checkpoint's objects, 50 times the largest known. */
export const MAX_PICKLE = 16 * 2 ** 20;

export const TORCH_RULES: PickleRules = {
  globals: TORCH_GLOBALS,
  refuses: isRefusedName,
  persistent: storageOfId,
  hint: "Only tensors of a plain dtype (float16 to float64, bfloat16, integers) in dictionaries are read: save model.state_dict().",
};

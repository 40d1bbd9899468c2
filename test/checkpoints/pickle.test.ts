import { describe, expect, test } from "vitest";
import { readPickle } from "../../src/checkpoints/torch/pickle.ts";
import { PickleCursor } from "../../src/checkpoints/torch/pickleCursor.ts";
import {
  OpaqueObject,
  OrderedDict,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
} from "../../src/checkpoints/torch/pickleValue.ts";
import { ModelError } from "../../src/errors.ts";

const rules = {
  globals: [
    new PickleGlobal("m", "f", (args) => [...args]),
    new PickleGlobal("m", "d", () => new OrderedDict()),
  ],
  refuses: (module: string) => module === "os",
  persistent: (id: PickleValue) => new PickleTuple([id]),
  hint: "Do not.",
};

/** Opcodes as text (one byte a character) and numbers (bytes). */
function read(...parts: (string | number)[]): PickleValue {
  const bytes = Buffer.concat(
    parts.map((part) => (typeof part === "number" ? Buffer.of(part) : Buffer.from(part, "latin1"))),
  );
  return readPickle(new PickleCursor(bytes, "x.pkl"), rules);
}

test.each<[string, PickleValue, (string | number)[]]>([
  ["None", null, ["N."]],
  ["booleans", [true, false], ["]", 0x88, "a", 0x89, "a."]],
  ["one byte", 255, ["K", 255, "."]],
  ["two bytes", 0xfffe, ["M", 0xfe, 0xff, "."]],
  ["four bytes, signed", -2, ["J", 0xfe, 0xff, 0xff, 0xff, "."]],
  ["no bytes", 0, [0x8a, 0, "."]],
  ["a long integer that a number holds", -129, [0x8a, 2, 0x7f, 0xff, "."]],
  ["one that no number holds", 2n ** 64n, [0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, "."]],
  ["a long integer with a long length", 1, [0x8b, 1, 0, 0, 0, 1, "."]],
  ["a float, big-endian", 1.5, ["G", 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, "."]],
  ["text", "é", ["X", 2, 0, 0, 0, 0xc3, 0xa9, "."]],
  ["text with a byte order mark", "\ufeff", [0x8c, 3, 0xef, 0xbb, 0xbf, "."]],
  ["text of 64-bit length", "a", [0x8d, 1, 0, 0, 0, 0, 0, 0, 0, "a."]],
  ["Python 2's text", ["a", "b"], ["](U", 1, "aT", 1, 0, 0, 0, "be."]],
  ["protocol and frame", 1, [0x80, 4, 0x95, 3, 0, 0, 0, 0, 0, 0, 0, "K", 1, "."]],
  ["memo", ["a", "a", "a"], ["](U", 1, "aq", 9, "h", 9, "r", 7, 0, 0, 0, "j", 7, 0, 0, 0, "e."]],
  ["memo by number of entries", [1, 1], ["](K", 1, 0x94, "h", 0, "e."]],
  ["a call", [1], ["cm\nf\nK", 1, 0x85, "R."]],
  ["a call by names on the stack", [], [0x8c, 1, "m", 0x8c, 1, "f", 0x93, ")R."]],
])("reads %s", (_, value, parts) => expect(read(...parts)).toEqual(value));

test("reads tuples, dictionaries and objects outside", () => {
  expect(read("(NNt.")).toEqual(new PickleTuple([null, null]));
  expect(read("K", 1, "K", 2, "K", 3, 0x87, ".")).toEqual(new PickleTuple([1, 2, 3]));
  expect(read("}K", 1, "Ns(K", 2, "NK", 3, "Nu.")).toEqual(
    new Map([
      [1, null],
      [2, null],
      [3, null],
    ]),
  );
  expect(read("K", 1, "Q.")).toEqual(new PickleTuple([1]));
});

test("an OrderedDict's attributes are dropped", () => {
  const value = read("cm\nd\n)R}b.");
  expect(value).toBeInstanceOf(OrderedDict);
  expect(value).toHaveProperty("size", 0);
});

test("a dictionary's keys touch no prototype", () => {
  const value = read("}U", 9, "__proto__", "}U", 1, "x", "K", 1, "ss.");
  expect(value).toEqual(new Map([["__proto__", new Map([["x", 1]])]]));
  expect(({} as { x?: number }).x).toBeUndefined();
});

describe("what is not read is only a name", () => {
  const object = (name: string) => new OpaqueObject(`an object of ${name}`);

  test.each<[string, PickleValue, (string | number)[]]>([
    ["a call", object("argparse.Namespace"), ["cargparse\nNamespace\n)R."]],
    ["a prototype's property", object("__proto__.constructor"), ["c__proto__\nconstructor\n)R."]],
    ["an instance with state", object("a.B"), ["ca\nB\n)", 0x81, "}K", 1, "NsbNb."]],
    ["an instance made with keywords", object("a.B"), [0x8c, 1, "a", 0x8c, 1, "B", 0x93, ")}", 0x92, "."]],
    ["an instance that a function makes", object("a.B"), ["ccopy_reg\n_reconstructor\n(ca\nB\nNNtR}b."]],
    ["a class that is a dictionary", object("a.B"), ["ca\nB\n)", 0x81, "K", 1, "Ns(NNu."]],
    ["a class that is a list", object("a.B"), ["ca\nB\n)", 0x81, "Na(NNe."]],
    ["a set", new OpaqueObject("a set"), [0x8f, "(NN", 0x90, "."]],
    ["a frozen set", new OpaqueObject("a set"), ["(NN", 0x91, "."]],
    ["bytes", new OpaqueObject("bytes"), ["C", 1, 0xff, "0B", 1, 0, 0, 0, 0xff, "."]],
    ["long bytes", new OpaqueObject("bytes"), [0x8e, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, "."]],
    ["bytes that can change", new OpaqueObject("bytes"), [0x96, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, "."]],
    ["Python 2's bytes", new OpaqueObject("bytes"), ["U", 1, 0xff, "0T", 1, 0, 0, 0, 0xff, "."]],
    ["a value popped up to a mark", 1, ["K", 1, "(NN1."]],
  ])("%s", (_, value, parts) => expect(read(...parts)).toEqual(value));
});

describe("what is refused", () => {
  test.each<[string, RegExp, (string | number)[]]>([
    [
      "a global that is not allowed",
      /byte 0: expected an allowed global, got the global "os\.system"\. Do not\. Nothing in the file was run/,
      ["cos\nsystem\n."],
    ],
    ["a global without names", /a global's module and name, got None/, ["NN", 0x93, "."]],
    ["INST, by the global that it names", /the global "os\.system"/, ["(ios\nsystem\n."]],
    ["INST of an allowed global", /opcode 0x69 \(INST\)/, ["(im\nf\n."]],
    ["NEWOBJ of a function", /a class, got the global m\.f/, ["cm\nf\n)", 0x81, "."]],
    ["a call of data", /an allowed function, got the number 1/, ["K", 1, ")R."]],
    ["a call with no tuple", /a tuple of arguments, got a list of 0/, ["cm\nf\n]R."]],
    ["state of anything else", /an object to give state to, got a dictionary of 0/, ["}}b."]],
    ["a newer protocol", /protocol 6/, [0x80, 6, "N."]],
    ["an unknown opcode", /opcode 0xff\. /, [0xff]],
    ["no value", /a value on the stack, got none/, ["."]],
    ["two values", /one value at the end, got 2 with 0 marks/, ["NN."]],
    ["a mark too many", /one value at the end|a value on the stack/, ["N(."]],
    ["a value below the mark", /a value on the stack/, ["N(", 0x85, "."]],
    ["no mark", /a mark on the stack/, ["Nt."]],
    ["an append to a number", /a list to append to, got the number 1/, ["K", 1, "Na."]],
    ["an item of a list", /a dictionary to fill/, ["]NNs."]],
    ["a key without a value", /a key without one/, ["}(Nu."]],
    ["a key that is a list", /a key that cannot change, got a list of 0/, ["}]Ns."]],
    ["a memo that was not written", /memo 5, got none/, ["h", 5, "."]],
    ["text that is not UTF-8", /byte 2: expected text in UTF-8/, [0x8c, 1, 0xff, "."]],
    [
      "an absurd integer",
      /at most 1024 bytes, got 1025/,
      [0x8b, 1, 4, 0, 0, ...new Array(1025).fill(1), "."],
    ],
    ["a frame longer than the file", /4294967296 more bytes, got 1/, [0x95, 0, 0, 0, 0, 1, 0, 0, 0, "."]],
    ["a name without end", /the end of a line/, ["cm\nsystem"]],
    ["nothing", /byte 0: expected 1 more bytes, got 0\. The pickle is truncated/, []],
  ])("%s", (_, message, parts) => {
    expect(() => read(...parts)).toThrow(ModelError);
    expect(() => read(...parts)).toThrow(message);
  });

  test("more of anything than a checkpoint has", () => {
    const many = 2 ** 19 + 2;
    expect(() => read("(".repeat(many))).toThrow(/at most 524288 values/);
    expect(() => read("N".repeat(many))).toThrow(/at most 524288 values/);
    expect(() => read("]".repeat(many))).toThrow(/at most 131072 lists/);
    expect(() => read("}".repeat(many))).toThrow(/at most 131072 lists/);
    expect(() => read("N", "\x94".repeat(many))).toThrow(/at most 524288 values/);
  });

  test("a pickle cut at any byte", () => {
    const whole = "\x80\x02}(X\x01\0\0\0ak\x8a\x02\x01\x01(K\x01M\x01\0tcm\nf\n)Ru.".replace("k", "]\x94");
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.slice(0, length)), String(length)).toThrow(ModelError);
    }
  });
});

import { describe, expect, test } from "vitest";
import { parseTextProto, type TextMessage } from "../../src/checkpoints/pipelineConfig/textProto.ts";
import { ModelError } from "../../src/errors.ts";

const parse = (text: string) => parseTextProto(new TextEncoder().encode(text), "f.config");

/** Fields as pairs of name and text or message. */
function plain({ fields }: TextMessage): unknown[] {
  return fields.map(({ name, value }) => [
    name,
    value.kind === "message" ? plain(value.message) : `${value.kind} ${value.text}`,
  ]);
}

test.each<[string, string, unknown]>([
  ["nothing", "", []],
  ["comments and blank lines", "# a\n\n a: 1 # b\n#", [["a", "word 1"]]],
  [
    "both kinds of brackets, with and without a colon",
    "a{} b<> c:{} d:<>",
    "abcd".split("").map((n) => [n, []]),
  ],
  ["nesting", "a { b < c: 1 > }", [["a", [["b", [["c", "word 1"]]]]]]],
  ["separators", "a: 1, b: 2; c: 3", [1, 2, 3].map((n) => ["abc"[n - 1], `word ${n}`])],
  [
    "numbers",
    "a: -1 a: - 2 a: 0x1F a: 1e-05 a: .5 a: 1.5f",
    ["-1", "-2", "0x1F", "1e-05", ".5", "1.5f"].map((n) => ["a", `word ${n}`]),
  ],
  [
    "words",
    "a: true b: BILINEAR c: -inf",
    [
      ["a", "word true"],
      ["b", "word BILINEAR"],
      ["c", "word -inf"],
    ],
  ],
  ["strings of several parts", `a: "b" 'c'\n  "d"`, [["a", "string bcd"]]],
  ["escapes", String.raw`a: "\"\x41\101\n\u00e4\303\244\'\?"`, [["a", "string \"AA\nää'?"]]],
  [
    "lists",
    "a: [1, 2] b: [] c [{}, <d: 1>]",
    [
      ["a", "word 1"],
      ["a", "word 2"],
      ["c", []],
      ["c", [["d", "word 1"]]],
    ],
  ],
  [
    "extensions and any",
    "[a.b.c]: 1 [type.googleapis.com/x.Y] { z: 2 }",
    [
      ["[a.b.c]", "word 1"],
      ["[type.googleapis.com/x.Y]", [["z", "word 2"]]],
    ],
  ],
])("%s", (_, text, expected) => {
  expect(plain(parse(text))).toEqual(expected);
});

test("each field knows its line and column", () => {
  const [{ value }] = parse("a {\n  b: 1\n\n    c: 2 d: 3 }").fields;
  const places = value.kind === "message" && value.message.fields.map(({ line, column }) => [line, column]);
  expect(places).toEqual([
    [2, 3],
    [4, 5],
    [4, 10],
  ]);
});

describe("broken text is a ModelError with its place", () => {
  test.each([
    [
      "an open message",
      "a {\n b: 1",
      "f.config, line 2, column 6: expected the name of a field, got the end of the text.",
    ],
    ["another bracket", "a { b: 1 >", 'line 1, column 10: expected the name of a field, got ">".'],
    ["no value", "a:\n", "line 2, column 1: expected a value, got the end of the text."],
    ["no colon", "a 1", 'line 1, column 3: expected ":", "{" or "<", got "1".'],
    ["an open string", 'a: "b\nc"', 'expected a string\'s end ", got "\\nc\\"".'],
    ["an escape at the end", 'a: "b\\', "expected a string's end \""],
    ["an unknown escape", 'a: "\\q"', "expected known escapes in UTF-8"],
    ["an escape beyond Unicode", 'a: "\\U00110000"', "expected known escapes in UTF-8"],
    ["an octal escape beyond a byte", 'a: "\\777"', "expected known escapes in UTF-8"],
    ["bytes that are no UTF-8", 'a: "\\xff"', "expected known escapes in UTF-8"],
    ["a number with a tail", "a: 1x", 'expected a value, got "1x".'],
    ["an open list", "a: [1, 2", 'expected "]", got the end of the text.'],
    ["an open extension", "[a.b: 1", 'expected "]"'],
    ["a name of digits", "1: 2", "expected the name of a field"],
  ])("%s", (_, text, message) => {
    expect(() => parse(text)).toThrow(ModelError);
    expect(() => parse(text)).toThrow(message);
  });

  test("what is no text", () => {
    expect(() => parseTextProto(Uint8Array.of(0xff), "f")).toThrow(
      "f: expected text in UTF-8, got other bytes.",
    );
  });

  test("nesting and size have limits", () => {
    expect(() => parse("a{".repeat(100_000))).toThrow("at most 64 levels of nesting");
    expect(() => parse("a:1 ".repeat(100_001))).toThrow("at most 100000 fields");
  });
});

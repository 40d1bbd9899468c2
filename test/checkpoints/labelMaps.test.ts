import { describe, expect, test } from "vitest";
import { parseLabelMapFile } from "../../src/checkpoints/labelMaps/labelMapFile.ts";
import { ModelError } from "../../src/errors.ts";
import { quick } from "../support/quick.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const parsed = (text: string, where = "labels") => parseLabelMapFile(bytes(text), where);
const pairs = (text: string, where?: string) => parsed(text, where).items.map(({ id, label }) => [id, label]);

const FROM_ONE = [
  [1, "cat"],
  [2, "big dog"],
];
const FROM_ZERO = [
  [0, "cat"],
  [1, "big dog"],
];

describe("names of classes are read from", () => {
  test.each<[string, unknown[][], string]>([
    ["a .pbtxt", FROM_ONE, `# mine\n\nitem { id: 1 name: 'cat' }\nitem: { id: 2 name: "big dog" }`],
    ["lines", FROM_ONE, "cat\nbig dog\n"],
    ["lines of Windows, with a byte order mark", FROM_ONE, "\ufeffcat\r\nbig dog\r\n\r\n"],
    ["numbered lines", FROM_ZERO, "0  cat\n1: big dog\n"],
    ["a YAML list in brackets", FROM_ZERO, "nc: 2\nnames: ['cat', big dog] # two\n"],
    ["one over several lines", FROM_ZERO, 'names: [\n  "cat", # a cat\n  big dog,\n]\ntrain: x\n'],
    ["a YAML list", FROM_ZERO, "path: ../x\nnames:\n  - cat\n  - 'big dog'\nnc: 2\n"],
    ["a YAML list that is not indented", FROM_ZERO, "names:\n- cat\n\n# then\n- big dog # big\ntrain: x"],
    ["a YAML map", FROM_ZERO, "# data\nnames:\n  0: cat\n  1: big dog\n\ndownload: |\n  names"],
    ["a YAML map in braces", FROM_ZERO, "names: {0: cat, 1: 'big dog'}"],
    ["a YAML map with quoted numbers", FROM_ZERO, "names:\n  '0': cat\n  '1': big dog"],
    [
      "COCO's annotations",
      FROM_ONE,
      JSON.stringify({
        images: [{ id: 1, s: '}]"' }],
        annotations: [],
        categories: [
          { id: 1, name: "cat", supercategory: "a" },
          { id: 2, name: "big dog" },
        ],
      }),
    ],
    ["COCO's categories alone", FROM_ONE, '[{"id":1,"name":"cat"},{"id":2,"name":"big dog"}]'],
    ["a JSON list", FROM_ONE, '["cat", "big dog"]'],
    ["JSON by id", FROM_ZERO, '{"0": "cat", "1": "big dog"}'],
    ["JSON with names", FROM_ONE, '{"names": ["cat", "big dog"]}'],
  ])("%s", (_, expected, text) => expect(pairs(text)).toEqual(expected));

  test("whole names, whatever is in them", () => {
    expect(pairs(`names: ["a, b", 'it''s', "c\\u00e9", d#e]`)).toEqual([
      [0, "a, b"],
      [1, "it's"],
      [2, "cé"],
      [3, "d#e"],
    ]);
    expect(pairs('names:\n  - "a # b" # c\n  - d: e')[0]).toEqual([0, "a # b"]);
    expect(pairs("names:\n  3: a: b\n  7: it's")).toEqual([
      [3, "a: b"],
      [7, "it's"],
    ]);
    expect(pairs("#1\n#2")).toEqual([
      [1, "#1"],
      [2, "#2"],
    ]);
  });

  test("lists, of which each class needs one, and maps, which may have gaps", () => {
    expect(parsed("a\nb").isList).toBe(true);
    expect(parsed("names: [a]").isList).toBe(false);
    expect(parsed('{"3": "a"}').isList).toBe(false);
  });

  test("annotations of which only the categories are looked at", () => {
    const annotations = `{"annotations":[${"[1,2],".repeat(400_000)}[]],"categories":[{"id":1,"name":"cat"}]}`;
    expect(pairs(annotations)).toEqual([[1, "cat"]]);
  });
});

describe("refused", () => {
  test.each<[string, RegExp, string, string?]>([
    ["nothing", /got an empty file/, ""],
    ["a web page", /one name per line, .*, got an HTML page/, "<!doctype html>"],
    ["a pipeline.config", /got a pipeline\.config/, "model {\n}"],
    ["no names", /expected names of classes, got none/, "[]"],
    [
      "an id twice",
      /expected every id once, got id 1 for "a" and "b"/,
      '[{"id":1,"name":"a"},{"id":1,"name":"b"}]',
    ],
    [
      "an id twice in a .pbtxt",
      /every id once, got 1 again/,
      "item { id: 1 name: 'a' } item { id: 1 name: 'b' }",
    ],
    ["no id", /category 0: expected an id from 0, got nothing/, '[{"name":"a"}]'],
    ["no name", /category 0: expected a name, got the|got 5/, '[{"id":1,"name":5}]'],
    ["an empty name", /expected a name of id 1, got none/, '[""]'],
    ["an empty line", /line 2: expected a name, got an empty line/, "a\n\nb"],
    ["another number than an id", /an id from 0, got "a"/, '{"a": "b"}'],
    ["a YAML file without names", /a YAML data set with names, got none/, "train: x\nval: y", "data.yaml"],
    [
      "a YAML file that names another",
      /line 1: expected names as a list or by number, got "coco\.names"/,
      "names: coco.names",
    ],
    ["YAML with anchors", /line 2: expected names as a list or by number, got "\*a"/, "names:\n  - *a"],
    ["a YAML list without end", /brackets that do not end/, "names: [a, b"],
    ["a YAML list in a list", /names as a list or by number/, "names: [[a], b]"],
    ["YAML of other keys", /line 2: .*, got "first: a"/, "names:\n  first: a"],
    ["too many", /at most 20000 classes, got 20001/, "a\n".repeat(20_001)],
  ])("%s", (_, message, text, where) => {
    expect(() => parsed(text, where)).toThrow(ModelError);
    expect(() => parsed(text, where)).toThrow(message);
  });

  test("texts of other encodings, with the way out", () => {
    const utf16 = Uint8Array.of(0xff, 0xfe, 0x63, 0, 0x61, 0, 0x74, 0);
    const latin1 = Uint8Array.of(0x4d, 0xfc, 0x63, 0x6b, 0x65);
    for (const other of [utf16, latin1]) {
      expect(() => parseLabelMapFile(other, "labels")).toThrow(/Save it as plain text in UTF-8\.$/);
    }
  });

  test("binary files, by what they are", () => {
    expect(() => parseLabelMapFile(Uint8Array.of(0x50, 0x4b, 3, 4), "a.zip")).toThrow(/got a ZIP archive/);
    expect(() => parseLabelMapFile(Uint8Array.of(0x61, 0xff), "a")).toThrow(/got a file of 2 bytes/);
  });

  test("long texts of one part, in linear time", () => {
    for (const part of ["names: [", "'", '"', "{", "[", "- ", "0: ", "#\n", "a: ", "\\", " \n"]) {
      for (const text of [
        part.repeat(100_000),
        `names: [${part.repeat(100_000)}`,
        `names:\n  ${part.repeat(100_000)}`,
      ]) {
        quick(() => {
          try {
            parsed(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ModelError);
          }
        });
      }
    }
  });
});

import { expect, test } from "vitest";
import { pathText, systemPath } from "../../src/platform/pathBytes.ts";

test.each<[string, number[], string]>([
  ["UTF-8", [...Buffer.from("é日本😀/a")], "é日本😀/a"],
  ["a byte of Latin-1", [0x61, 0xe9, 0x62], "a\udce9b"],
  ["a character cut short", [0xe6, 0x97, 0x2f, 0x61], "\udce6\udc97/a"],
  ["UTF-8 beside other bytes", [0xff, 0xc3, 0xa9, 0xff], "\udcffé\udcff"],
  ["a surrogate in UTF-8, which is none", [0xed, 0xb3, 0xbf], "\udced\udcb3\udcbf"],
  ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
  ["nothing", [], ""],
])("%s has one text, and the text gives the bytes back", (_, bytes, text) => {
  expect(pathText(Uint8Array.from(bytes))).toBe(text);
  expect([...Buffer.from(systemPath(text) as string)]).toEqual(bytes);
});

test("every byte beside every other", () => {
  for (let first = 1; first < 256; first++) {
    for (let second = 1; second < 256; second++) {
      const bytes = Buffer.of(first, second);
      expect(Buffer.compare(Buffer.from(systemPath(pathText(bytes)) as string), bytes)).toBe(0);
    }
  }
});

test("text that is well-formed stays text", () => {
  expect(systemPath("a/é.png")).toBe("a/é.png");
  expect(systemPath("😀.png")).toBe("😀.png");
});

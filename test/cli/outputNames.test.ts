import { expect, test } from "vitest";
import { outputNames } from "../../src/cli/files/outputNames.ts";

function names(...paths: string[]): string[] {
  return outputNames(paths.map((relativePath) => ({ path: relativePath, relativePath })));
}

test("a PNG stays one, everything else becomes a JPEG; folders are kept", () => {
  expect(names("a.png", "b.PNG", "c.jpeg", "d/e.JPG", "scan", "f.txt", ".jpg")).toEqual([
    "a.png",
    "b.png",
    "c.jpg",
    "d/e.jpg",
    "scan.jpg",
    "f.txt.jpg",
    ".jpg.jpg",
  ]);
});

test("no two drawings have one name, on case-insensitive file systems neither", () => {
  expect(names("x.jpg", "x.jpeg", "X.jpg", "x.png", "x-2.jpg", "x.jpg")).toEqual([
    "x.jpg",
    "x-2.jpg",
    "X-3.jpg",
    "x.png",
    "x-2-2.jpg",
    "x-4.jpg",
  ]);
  // One é as a letter, one as e and an accent.
  expect(names("caf\u00e9.png", "cafe\u0301.png")).toEqual(["caf\u00e9.png", "cafe\u0301-2.png"]);
});

test("no name leads out of the folder", () => {
  expect(names("../../x.jpg", "../x.jpg", "..", "a/../../b.png")).toEqual([
    "x.jpg",
    "x-2.jpg",
    "..jpg",
    "a/b.png",
  ]);
});

test("many of one name are settled fast", () => {
  const same = names(...Array.from({ length: 50_000 }, () => "x.jpg"));
  expect(new Set(same).size).toBe(50_000);
  expect(same.at(-1)).toBe("x-50000.jpg");
});

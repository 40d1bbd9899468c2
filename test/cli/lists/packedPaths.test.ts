import fc from "fast-check";
import { expect, test } from "vitest";
import { PackedPaths } from "../../../src/cli/lists/packedPaths.ts";

const NAME = fc.stringMatching(/^[a-c.\-é]{1,6}$/);

test("paths of several folders are sorted by their bytes as a whole", () => {
  const folders = fc.uniqueArray(fc.tuple(NAME, fc.uniqueArray(NAME, { maxLength: 5 })), {
    selector: ([folder]) => folder,
    maxLength: 5,
  });
  fc.assert(
    fc.property(folders, (all) => {
      const packed = new PackedPaths("base");
      const paths: string[] = [];
      for (const [folder, names] of all) {
        const below = `base/x${folder}`;
        packed.enter(below);
        for (const name of names) {
          packed.add(Buffer.from(name));
          paths.push(`${below}/${name}`);
        }
      }
      packed.sort();
      const sorted = paths.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(Array.from(packed, ({ path }) => path)).toEqual(sorted);
      expect(Array.from(packed, ({ relativePath }) => `base/${relativePath}`)).toEqual(sorted);
      expect(packed.length).toBe(sorted.length);
      expect(packed.at(sorted.length)).toBeUndefined();
    }),
  );
});

test("a folder may be the current one, or a long way up", () => {
  const packed = new PackedPaths(".");
  packed.enter(".");
  packed.add(Buffer.from("a.png"));
  packed.enter("./b");
  packed.add(Buffer.from("c.png"));
  packed.sort();
  expect([...packed]).toEqual([
    { path: "a.png", relativePath: "a.png" },
    { path: "b/c.png", relativePath: "b/c.png" },
  ]);
  const above = new PackedPaths("../..");
  above.enter("../..");
  above.add(Buffer.from("a.png"));
  expect(above.at(0)).toEqual({ path: "../../a.png", relativePath: "a.png" });
});

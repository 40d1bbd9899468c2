import fc from "fast-check";
import { expect, test } from "vitest";
import type { Lifetime } from "../../../src/executors/lifetimes.ts";
import { placeMaps } from "../../../src/executors/wasm/placeMaps.ts";

const map = (name: string, bytes: number, from: number, until: number): Lifetime => ({
  name,
  bytes,
  from,
  until,
});

test("maps with different lifetimes share memory, in a gap if one is large enough", () => {
  const { offsets, bytes } = placeMaps([
    map("a", 640, 0, 1),
    map("b", 320, 1, 2),
    map("c", 640, 2, 3),
    map("whole life", 64, 0, 3),
  ]);
  expect(Object.fromEntries(offsets)).toEqual({ a: 0, c: 0, b: 640, "whole life": 960 });
  expect(bytes).toBe(1024);
});

test("maps in use at the same time never overlap", () => {
  const lifetime = fc
    .record({ bytes: fc.integer({ min: 1, max: 500 }), from: fc.nat(12), length: fc.nat(6) })
    .map(({ bytes, from, length }) => ({ bytes, from, until: from + length }));
  fc.assert(
    fc.property(fc.array(lifetime, { maxLength: 30 }), (lives) => {
      const maps = lives.map((life, index) => ({ ...life, name: `map${index}` }));
      const { offsets, bytes } = placeMaps(maps);
      const place = ({ name }: Lifetime) => offsets.get(name) ?? Number.NaN;
      for (const a of maps) {
        expect(place(a) % 64).toBe(0);
        expect(place(a) + a.bytes).toBeLessThanOrEqual(bytes);
        for (const b of maps) {
          if (a === b || a.until < b.from || b.until < a.from) continue;
          expect(place(a) + a.bytes <= place(b) || place(b) + b.bytes <= place(a)).toBe(true);
        }
      }
    }),
  );
});

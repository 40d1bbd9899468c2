import { expect, test } from "vitest";
import { fnv1a32, formulaBits, formulaUnit, formulaValues } from "./syntheticFormula.ts";

test("the formula gives its test vector", () => {
  const hash = fnv1a32("abc");
  expect(hash).toBe(0x1a47e90b);
  const bits = [0, 1, 2].map((index) => formulaBits(hash, index));
  expect(bits).toEqual([0x8a471608, 0x8dc63625, 0xfdd8a0eb]);
  expect(bits.map(formulaUnit)).toEqual([0.08029437065124512, 0.10761141777038574, 0.9831733703613281]);
  expect([0, 1, 2, 3, 4].map((index) => formulaBits(hash, index) % 1000)).toEqual([504, 445, 619, 860, 923]);
  expect([...formulaValues("abc", 2, 0.5)]).toEqual([0.08029437065124512 / 2, 0.10761141777038574 / 2]);
});

import { describe, expect, test } from "vitest";
import { type Fraction, winogradMatrices } from "../../../scripts/wasm/winogradMatrices.ts";

/** All numbers are fractions of whole numbers far below 2^53, so that every step is exact. */
const zero: Fraction = { numerator: 0, denominator: 1 };

function plus(a: Fraction, b: Fraction): Fraction {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

for (const outputs of [2, 4] as const) {
  describe(`F(${outputs}, 3)`, () => {
    const { outputTransform, weightTransform, inputTransform, inputs } = winogradMatrices(outputs);

    // y is linear in the filter and in the input, so that one tap and one input at a time prove all of them:
    // Σ over points of Aᵀ[i] · G[tap] · Bᵀ[input] is 1 where input = i + tap, else 0.
    test("is the sum over three taps, exactly", () => {
      for (let i = 0; i < outputs; i++) {
        for (let tap = 0; tap < 3; tap++) {
          for (let input = 0; input < inputs; input++) {
            const y = weightTransform.reduce((sum, row, point) => {
              const { numerator, denominator } = row[tap];
              const factor = outputTransform[i][point] * inputTransform[point][input];
              return plus(sum, { numerator: numerator * factor, denominator });
            }, zero);
            expect(Number.isSafeInteger(y.numerator) && Number.isSafeInteger(y.denominator)).toBe(true);
            expect(y.numerator + 0).toBe(input === i + tap ? y.denominator : 0);
          }
        }
      }
    });

    test("multiplies only once a point, and by whole numbers elsewhere", () => {
      expect(weightTransform).toHaveLength(outputs + 2);
      expect(inputTransform.flat().every(Number.isInteger)).toBe(true);
      expect(outputTransform.flat().every(Number.isInteger)).toBe(true);
    });
  });
}

test("F(2, 3) is the published one, up to the signs that each point may share out", () => {
  const { outputTransform, inputTransform } = winogradMatrices(2);
  expect(outputTransform).toEqual([
    [1, 1, 1, 0],
    [0, 1, -1, 1],
  ]);
  expect(inputTransform).toEqual([
    [-1, 0, 1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, -1, 0, 1],
  ]);
});

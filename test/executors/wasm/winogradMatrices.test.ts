import { describe, expect, test } from "vitest";
import { type Fraction, winogradMatrices } from "../../../scripts/wasm/winogradMatrices.ts";

/** All numbers are fractions of integers far below 2^53, so every step is exact. */
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

    // y is linear in the filter and in the input, so one coefficient and one input at a time prove it for all:
    // Σ over points of Aᵀ[i] · G[k] · Bᵀ[input] is 1 if input = i + k, and 0 otherwise.
    test("is the sum over three coefficients, exactly", () => {
      for (let i = 0; i < outputs; i++) {
        for (let k = 0; k < 3; k++) {
          for (let input = 0; input < inputs; input++) {
            const y = weightTransform.reduce((sum, row, point) => {
              const { numerator, denominator } = row[k];
              const factor = outputTransform[i][point] * inputTransform[point][input];
              return plus(sum, { numerator: numerator * factor, denominator });
            }, zero);
            expect(Number.isSafeInteger(y.numerator) && Number.isSafeInteger(y.denominator)).toBe(true);
            expect(y.numerator + 0).toBe(input === i + k ? y.denominator : 0);
          }
        }
      }
    });

    test("multiplies only once per point; the other factors are integers", () => {
      expect(weightTransform).toHaveLength(outputs + 2);
      expect(inputTransform.flat().every(Number.isInteger)).toBe(true);
      expect(outputTransform.flat().every(Number.isInteger)).toBe(true);
    });
  });
}

test("F(2, 3) is the published one, up to signs that may be moved between a point's factors", () => {
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

import { describe, expect, test } from "vitest";
import {
  type Fraction,
  type FractionMatrix,
  fraction,
  toNumber,
  winogradMatrices,
} from "../../src/kernels/conv2d/winogradMatrices.ts";

function plus(a: Fraction, b: Fraction): Fraction {
  const numerator = a.numerator * b.denominator + b.numerator * a.denominator;
  return fraction(numerator, a.denominator * b.denominator);
}

function product(...factors: readonly Fraction[]): Fraction {
  return factors.reduce((a, b) => fraction(a.numerator * b.numerator, a.denominator * b.denominator));
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
            const terms = weightTransform.map((row, point) =>
              product(outputTransform[i][point], row[k], inputTransform[point][input]),
            );
            expect(terms.reduce(plus)).toEqual(fraction(input === i + k ? 1 : 0));
          }
        }
      }
    });

    test("multiplies only once per point; the other factors are exact in float32", () => {
      expect(weightTransform).toHaveLength(outputs + 2);
      for (const factor of [...inputTransform, ...outputTransform].flat().map(toNumber)) {
        expect(Math.fround(factor)).toBe(factor);
      }
    });
  });
}

test("F(2, 3) is the published one, up to signs that may be moved between a point's factors", () => {
  const { outputTransform, inputTransform } = winogradMatrices(2);
  expect(numbersOf(outputTransform)).toEqual([
    [1, 1, 1, 0],
    [0, 1, -1, 1],
  ]);
  expect(numbersOf(inputTransform)).toEqual([
    [-1, 0, 1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, -1, 0, 1],
  ]);
});

test("fractions that are not exact are refused", () => {
  expect(() => fraction(2 ** 53, 3)).toThrow(RangeError);
  expect(() => fraction(0.5)).toThrow(RangeError);
});

function numbersOf(matrix: FractionMatrix): number[][] {
  return matrix.map((row) => row.map(toNumber));
}

/**
 * Winograd's minimal filtering F(m, 3) (Lavin & Gray, arXiv:1509.09308), as Toom and Cook derive it.
 *
 * m neighboring outputs of a filter g with three coefficients read n = m + 2 inputs d: y[i] = Σ over k of d[i + k] · g[k].
 * That is the transpose of a product of polynomials, and a polynomial is determined by its values at as many points as
 * it has coefficients. So with n points, the last of which is infinity (where a polynomial's value is its leading
 * coefficient), n multiplications do what takes 3m directly:
 *
 *     y = Aᵀ · [(G · g) ⊙ (Bᵀ · d)]
 *
 *     Aᵀ[i][j] = p_j^i                 the powers of each point; at infinity 1 for the last i, else 0
 *     G[j][k]  = p_j^k / N_j           the filter's value at each point, N_j = Π over l ≠ j of (p_j − p_l)
 *     Bᵀ[j]    = coefficients of Π over l ≠ j of (x − p_l), lowest first; at infinity those of the product of all
 *
 * N_j is the denominator in Lagrange's interpolation. It is part of G, which is applied only once, when weights are
 * loaded. The other two matrices therefore hold integers if the points are integers.
 */
export interface WinogradMatrices {
  /** Outputs per side of a tile. */
  readonly outputs: number;
  /** Inputs per side of a tile, which is also the number of points. */
  readonly inputs: number;
  readonly outputTransform: readonly (readonly number[])[];
  readonly weightTransform: readonly (readonly Fraction[])[];
  readonly inputTransform: readonly (readonly number[])[];
}

export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * The points besides infinity. Small numbers keep rounding errors small. Zero comes first, then pairs ±p: their rows
 * differ only in the signs of every other coefficient, so they share sums.
 */
export const POINTS = { 2: [0, 1, -1], 4: [0, 1, -1, 2, -2] } as const;

export function winogradMatrices(outputs: keyof typeof POINTS): WinogradMatrices {
  const points: readonly number[] = POINTS[outputs];
  const inputs = outputs + 2;
  const others = (j: number) => points.filter((_, index) => index !== j);
  const denominators = points.map((point, j) =>
    others(j).reduce((product, other) => product * (point - other), 1),
  );
  return {
    outputs,
    inputs,
    outputTransform: Array.from({ length: outputs }, (_, i) => [
      ...points.map((point) => point ** i),
      i === outputs - 1 ? 1 : 0,
    ]),
    weightTransform: [
      ...points.map((point, j) =>
        [0, 1, 2].map((k) => ({ numerator: point ** k, denominator: denominators[j] })),
      ),
      [0, 0, 1].map((numerator) => ({ numerator, denominator: 1 })),
    ],
    inputTransform: [...points.map((_, j) => withRoots(others(j), inputs)), withRoots(points, inputs)],
  };
}

/** The coefficients of Π (x − root), lowest first, padded with zeros. */
function withRoots(roots: readonly number[], length: number): number[] {
  const coefficients = new Array<number>(length).fill(0);
  coefficients[0] = 1;
  for (const root of roots) {
    for (let power = length - 1; power >= 0; power--) {
      coefficients[power] = (coefficients[power - 1] ?? 0) - root * coefficients[power];
    }
  }
  return coefficients.map((coefficient) => coefficient + 0);
}

import { BLOCK_CELLS, BLOCK_SIDE } from "./zigzag.ts";

/** Times 4096: cosine and sine of pi/16, 3 pi/16 and 6 pi/16; the root of 2, and of 1/2. */
const COS1 = 4017;
const SIN1 = 799;
const COS3 = 3406;
const SIN3 = 2276;
const COS6 = 1567;
const SIN6 = 3784;
const ROOT2 = 5793;
const HALF_ROOT2 = 2896;
const BITS = 12;

/** After the rows, so many bits below the samples' are kept. */
const MORE_BITS = 4;
const MIDDLE = 128;

/**
 * The samples of a block from its dequantized coefficients, which are overwritten: the inverse cosine transform of
 * Loeffler, Ligtenberg and Moschytz (ICASSP 1989, pages 988 to 991) with the roundings of poppler and jpeg-js. They go
 * to `at` and below it, `lineLength` apart; what is no sample is clamped.
 */
export function inverseTransform(
  cells: Int32Array,
  samples: Uint8ClampedArray,
  at: number,
  lineLength: number,
): void {
  for (let row = 0; row < BLOCK_CELLS; row += BLOCK_SIDE) transformLine(cells, row, 1, BITS - MORE_BITS);
  for (let column = 0; column < BLOCK_SIDE; column++) transformLine(cells, column, BLOCK_SIDE, BITS);
  let cell = 0;
  for (let row = 0; row < BLOCK_SIDE; row++) {
    const line = at + row * lineLength;
    for (let column = 0; column < BLOCK_SIDE; column++) {
      samples[line + column] = MIDDLE + ((cells[cell++] + (1 << (MORE_BITS - 1))) >> MORE_BITS);
    }
  }
}

/** Transforms the eight cells from `at` on, `step` apart; they get `BITS - shift` bits more. */
function transformLine(cells: Int32Array, at: number, step: number, shift: number): void {
  const at1 = at + step;
  const at2 = at1 + step;
  const at3 = at2 + step;
  const at4 = at3 + step;
  const at5 = at4 + step;
  const at6 = at5 + step;
  const at7 = at6 + step;
  const half = 1 << (shift - 1);
  if ((cells[at1] | cells[at2] | cells[at3] | cells[at4] | cells[at5] | cells[at6] | cells[at7]) === 0) {
    const mean = (ROOT2 * cells[at] + 4 * half) >> (shift + 2);
    cells[at] = mean;
    cells[at1] = mean;
    cells[at2] = mean;
    cells[at3] = mean;
    cells[at4] = mean;
    cells[at5] = mean;
    cells[at6] = mean;
    cells[at7] = mean;
    return;
  }
  // The even coefficients.
  const zeroth = (ROOT2 * cells[at] + half) >> shift;
  const fourth = (ROOT2 * cells[at4] + half) >> shift;
  const sum = (zeroth + fourth + 1) >> 1;
  const difference = (zeroth - fourth + 1) >> 1;
  const turned2 = (cells[at2] * SIN6 + cells[at6] * COS6 + half) >> shift;
  const turned6 = (cells[at2] * COS6 - cells[at6] * SIN6 + half) >> shift;
  const even0 = (sum + turned2 + 1) >> 1;
  const even1 = (difference + turned6 + 1) >> 1;
  const even2 = (difference - turned6 + 1) >> 1;
  const even3 = (sum - turned2 + 1) >> 1;
  // The odd ones.
  const first = (HALF_ROOT2 * (cells[at1] + cells[at7]) + half) >> shift;
  const seventh = (HALF_ROOT2 * (cells[at1] - cells[at7]) + half) >> shift;
  const third = cells[at3] << (BITS - shift);
  const fifth = cells[at5] << (BITS - shift);
  const mixed1 = (first + third + 1) >> 1;
  const mixed3 = (first - third + 1) >> 1;
  const mixed5 = (seventh - fifth + 1) >> 1;
  const mixed7 = (seventh + fifth + 1) >> 1;
  const odd0 = (mixed7 * SIN3 + mixed1 * COS3 + 2048) >> BITS;
  const odd1 = (mixed3 * SIN1 + mixed5 * COS1 + 2048) >> BITS;
  const odd2 = (mixed3 * COS1 - mixed5 * SIN1 + 2048) >> BITS;
  const odd3 = (mixed7 * COS3 - mixed1 * SIN3 + 2048) >> BITS;
  cells[at] = even0 + odd0;
  cells[at1] = even1 + odd1;
  cells[at2] = even2 + odd2;
  cells[at3] = even3 + odd3;
  cells[at4] = even3 - odd3;
  cells[at5] = even2 - odd2;
  cells[at6] = even1 - odd1;
  cells[at7] = even0 - odd0;
}

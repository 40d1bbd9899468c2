/** Cells and output channels of a tile: 16 sums of four lanes, which measured best of eight shapes. */
export const TILE_CELLS = 8;
export const TILE_CHANNELS = 8;

/** Writes sum += x · weight: two roundings, or one where the machine has fused multiply-adds. */
export function multiplyAdd(sum: string, x: string, weight: string, relaxed: boolean): string {
  return relaxed
    ? `${sum} = f32x4.relaxed_madd(${x}, ${weight}, ${sum});`
    : `${sum} = f32x4.add(${sum}, f32x4.mul(${x}, ${weight}));`;
}

const each = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/**
 * The heart of every dense layer: a tile of 8 cells by 8 output channels, summed over the input.
 *
 *     sum[cell, channel] = Σ over k of a[k, cell] · b[k, channel]
 *
 * `a` holds [planes][8 cells][4 channels], `b` [planes][4 channels][8 outputs]. Per input channel the 8
 * weights are loaded once, and each cell's number is spread over a vector and multiplied with both halves:
 * 2 + 8 loads for 16 multiply-adds. The sums are 16 local variables, because AssemblyScript has no arrays of
 * vectors in registers: that is why this text is generated.
 *
 * Which sums spill from registers follows from the order in which they are named: cell by cell is twice as fast as
 * vector by vector. The tile leaves its bare sums, [8 cells][4] for each plane of outputs, `sumBytes` apart. A version that went on to
 * finish them and write them to the map was a quarter slower: whatever follows the loop takes registers from the
 * loop. `gemmTileHalf` does the first plane of outputs alone, where the last 8 of a layer are only 4 or fewer.
 */
export function gemmTile(relaxed: boolean): string {
  return `export function gemmTile(a: usize, b: usize, planes: i32, sums: usize, sumBytes: i32): void {
${accumulate(TILE_CHANNELS / 4, relaxed)}
}

export function gemmTileHalf(a: usize, b: usize, planes: i32, sums: usize, sumBytes: i32): void {
${accumulate(1, relaxed)}
}
`;
}

/** Of each 8 weights the first `vectors` · 4. */
function accumulate(vectors: number, relaxed: boolean): string {
  const eachSum = (line: (cell: number, vector: number) => string) =>
    each(TILE_CELLS, (cell) => each(vectors, (vector) => line(cell, vector)));
  return `${eachSum((cell, vector) => `  let s${cell}_${vector} = f32x4.splat(0);`)}
  while (planes > 0) {
${each(4, (channel) =>
  [
    each(vectors, (vector) => {
      return `    let w${channel}_${vector} = v128.load(b, ${channel * TILE_CHANNELS * 4 + vector * 16});`;
    }),
    each(TILE_CELLS, (cell) =>
      [
        `    let x${channel}_${cell} = v128.load32_splat(a, ${cell * 16 + channel * 4});`,
        each(vectors, (vector) => {
          const names = [`s${cell}_${vector}`, `x${channel}_${cell}`, `w${channel}_${vector}`] as const;
          return `    ${multiplyAdd(...names, relaxed)}`;
        }),
      ].join("\n"),
    ),
  ].join("\n"),
)}
    a += ${TILE_CELLS * 16};
    b += ${TILE_CHANNELS * 16};
    planes--;
  }
${eachSum((cell, vector) => `  v128.store(sums + ${vector} * sumBytes, s${cell}_${vector}, ${cell * 16});`)}`;
}

import type { Neighbours } from "../../backend/sampledImage.ts";
import type { Picture } from "../picture.ts";

/**
 * The loop of every bilinear resize: for each new pixel along x first, then along y. `mix` goes from one value
 * to another by a fraction, in the arithmetic that the resize is known by. RGB, row by row, into `data`.
 */
export function sampleBilinear<Data extends Uint8Array | Float32Array>(
  picture: Picture,
  columns: readonly Neighbours[],
  rows: readonly Neighbours[],
  mix: (a: number, b: number, fraction: number) => number,
  finish: (value: number) => number,
  data: Data,
): Data {
  const source = picture.data;
  let to = 0;
  for (const row of rows) {
    const upperRow = row.before * picture.width * 3;
    const lowerRow = row.after * picture.width * 3;
    for (const column of columns) {
      for (let channel = 0; channel < 3; channel++) {
        const left = column.before * 3 + channel;
        const right = column.after * 3 + channel;
        const upper = mix(source[upperRow + left], source[upperRow + right], column.fraction);
        const lower = mix(source[lowerRow + left], source[lowerRow + right], column.fraction);
        data[to++] = finish(mix(upper, lower, row.fraction));
      }
    }
  }
  return data;
}

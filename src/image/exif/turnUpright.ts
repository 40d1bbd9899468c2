import { type Orientation, UPRIGHT } from "../exif.ts";
import type { Picture } from "../picture.ts";

/** Where the upright picture's columns (or rows) come from in the stored one. */
interface Turn {
  /** The upright picture's rows are the stored columns. */
  transpose: boolean;
  /** The stored picture is read from right to left, from bottom to top. */
  mirrorColumns: boolean;
  mirrorRows: boolean;
}

const TURNS: Record<Orientation, Turn> = {
  1: { transpose: false, mirrorColumns: false, mirrorRows: false },
  2: { transpose: false, mirrorColumns: true, mirrorRows: false },
  3: { transpose: false, mirrorColumns: true, mirrorRows: true },
  4: { transpose: false, mirrorColumns: false, mirrorRows: true },
  5: { transpose: true, mirrorColumns: false, mirrorRows: false },
  6: { transpose: true, mirrorColumns: false, mirrorRows: true },
  7: { transpose: true, mirrorColumns: true, mirrorRows: true },
  8: { transpose: true, mirrorColumns: true, mirrorRows: false },
};

/** The picture as it was seen when it was taken; orientations 5 to 8 exchange width and height. */
export function turnUpright(stored: Picture, orientation: Orientation): Picture {
  if (orientation === UPRIGHT) return stored;
  const { transpose, mirrorColumns, mirrorRows } = TURNS[orientation];
  const width = transpose ? stored.height : stored.width;
  const height = transpose ? stored.width : stored.height;
  const data = new Uint8Array(stored.data.length);

  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const column = transpose ? y : x;
      const row = transpose ? x : y;
      const storedX = mirrorColumns ? stored.width - 1 - column : column;
      const storedY = mirrorRows ? stored.height - 1 - row : row;
      const from = (storedY * stored.width + storedX) * 3;
      data[to++] = stored.data[from];
      data[to++] = stored.data[from + 1];
      data[to++] = stored.data[from + 2];
    }
  }
  return { width, height, data };
}

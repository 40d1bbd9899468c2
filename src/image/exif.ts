import type { RgbImage } from "./rgbImage.ts";

/**
 * How the stored rows and columns map to the upright image (Exif 2.32, tag 0x0112). The standard names the
 * sides that the stored row 0 and column 0 belong to: 6 means that row 0 is the right side and column 0 the top.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export const UPRIGHT: Orientation = 1;

const ORIENTATION_TAG = 0x0112;
const TYPE_SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * Reads the orientation from a block of Exif data (a TIFF header and its first directory, without "Exif\0\0").
 * Exif is only metadata, so unreadable Exif counts as upright and is not an error. Which entries count is as in
 * Chromium (compared in test/browser): the first of the right type, number of values and range.
 */
export function readOrientation(exif: Uint8Array): Orientation {
  if (exif.length < 8) return UPRIGHT;
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const byteOrder = view.getUint16(0);
  if (byteOrder !== 0x4949 && byteOrder !== 0x4d4d) return UPRIGHT;
  const littleEndian = byteOrder === 0x4949;
  if (view.getUint16(2, littleEndian) !== 42) return UPRIGHT;

  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > exif.length) return UPRIGHT;
  const entries = view.getUint16(directory, littleEndian);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > exif.length) return UPRIGHT;
    if (view.getUint16(entry, littleEndian) !== ORIENTATION_TAG) continue;
    if (view.getUint16(entry + 2, littleEndian) !== TYPE_SHORT) continue;
    if (view.getUint32(entry + 4, littleEndian) !== 1) continue;
    const value = view.getUint16(entry + 8, littleEndian);
    if (isOrientation(value)) return value;
  }
  return UPRIGHT;
}

function isOrientation(value: number): value is Orientation {
  return value >= 1 && value <= 8;
}

/** Where the upright image's columns (or rows) are found in the stored image. */
interface Turn {
  /** The upright image's rows are the stored columns. */
  transpose: boolean;
  /** Read the stored image from right to left, or from bottom to top. */
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

/** Turns the stored image upright. Orientations 5 to 8 exchange width and height. */
export function turnUpright(stored: RgbImage, orientation: Orientation): RgbImage {
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

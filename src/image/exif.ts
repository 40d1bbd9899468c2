/**
 * How the stored rows and columns lie in the upright picture (Exif 2.32, tag 0x0112). The name says
 * where the stored row 0 and column 0 belong: 6 means that row 0 is the right side, column 0 the top.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export const UPRIGHT: Orientation = 1;

const ORIENTATION_TAG = 0x0112;
const TYPE_SHORT = 3;
const ENTRY_BYTES = 12;

/**
 * The orientation in a block of Exif data (a TIFF header and its first directory, without "Exif\0\0").
 * Exif is a note beside the picture, so whatever cannot be read counts as upright and is no error.
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
    if (view.getUint16(entry + 2, littleEndian) !== TYPE_SHORT) return UPRIGHT;
    const value = view.getUint16(entry + 8, littleEndian);
    return isOrientation(value) ? value : UPRIGHT;
  }
  return UPRIGHT;
}

function isOrientation(value: number): value is Orientation {
  return value >= 1 && value <= 8;
}

/** NumPy's file of one array, as `numpy.load` reads it (numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
import { UsageError } from "../errors.ts";

/** The header's length field has two bytes, and the whole header is a multiple of 64. */
const [PREFIX, ALIGNMENT, MAX_HEADER] = [10, 64, 65_535];

/**
 * The bytes of a `.npy` file, version 1.0: float32, little-endian, the last axis contiguous. `shape` may have any rank.
 *
 * @throws UsageError if the shape is not that of the numbers.
 */
export function encodeNpy({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, side) => product * side, 1);
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${axes}), }`;
  const length = Math.ceil((PREFIX + text.length + 1) / ALIGNMENT) * ALIGNMENT - PREFIX;
  if (count !== data.length || length > MAX_HEADER) {
    const got = `${data.length} numbers of shape [${shape.join(", ")}]`;
    throw new UsageError({ where: "encodeNpy", expected: "as many numbers as the shape states", got });
  }
  const bytes = new Uint8Array(PREFIX + length + data.length * 4);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]); // \x93NUMPY, version 1.0
  view.setUint16(8, length, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), PREFIX);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), PREFIX + length);
  return bytes;
}

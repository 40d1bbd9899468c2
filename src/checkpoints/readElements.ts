import type { ByteSource } from "./byteSource.ts";
import { bytesPerElement, type Dtype, toFloat32 } from "./dtype.ts";

const nativeBigEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 0;

/** `count` elements that lie in `source` one behind the other from byte `offset` on, as float32. */
export async function readElements(
  source: ByteSource,
  offset: number,
  count: number,
  dtype: Dtype,
  bigEndian = false,
): Promise<Float32Array> {
  if (dtype === "F32" && bigEndian === nativeBigEndian) {
    // Straight into its final place, as nearly everything in a checkpoint can go.
    const values = new Float32Array(count);
    await source.read(offset, new Uint8Array(values.buffer));
    return values;
  }
  const width = bytesPerElement(dtype);
  const bytes = new Uint8Array(count * width);
  await source.read(offset, bytes);
  if (bigEndian) swapBytes(bytes, width);
  return toFloat32({ dtype, shape: [count], bytes });
}

/** From one byte order to the other, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

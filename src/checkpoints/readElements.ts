import { nativeBigEndian, swapBytes } from "./byteOrder.ts";
import type { ByteSource } from "./bytes/byteSource.ts";
import { bytesPerElement, type Dtype, toFloat32 } from "./bytes/dtype.ts";
import { halvesIn, widenHalves } from "./bytes/float16.ts";

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
  if (dtype === "F16") {
    const values = new Float32Array(count);
    const halves = halvesIn(values);
    await source.read(offset, halves);
    if (bigEndian !== nativeBigEndian) swapBytes(halves, 2);
    widenHalves(values);
    return values;
  }
  const width = bytesPerElement(dtype);
  const bytes = new Uint8Array(count * width);
  await source.read(offset, bytes);
  if (bigEndian) swapBytes(bytes, width);
  return toFloat32({ dtype, shape: [count], bytes });
}

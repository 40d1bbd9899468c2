import { ModelError } from "../../errors.ts";
import { elementCount, formatShape } from "../../tensor.ts";
import { swapBytes } from "../bytes/byteOrder.ts";
import { byteLengthOf, bytesPerElement, readElements, toFloat32 } from "../bytes/dtype.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";
import type { TorchStorage, TorchTensor } from "./torchObjects.ts";

/** A tensor as a view of its storage, checked to lie within it. Offset and strides count elements. */
export interface TorchView {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  /** Step between elements along each axis; 0 and any order are possible. */
  readonly stride: readonly number[];
}

/** Views may repeat elements (stride 0), but only this many more than the storage has: 32 MB of float32. */
const MAX_REPEATED = 2 ** 23;

/**
 * Checks a tensor's description without allocating anything. @throws ModelError if it does not fit its
 * storage.
 */
export function torchView({ storage, offset, shape, stride }: TorchTensor, where: string): TorchView {
  if (shape.length !== stride.length) {
    const got = `${shape.length} sizes and ${stride.length} strides`;
    throw new ModelError({ where, expected: "one stride for each size", got });
  }
  const view = {
    storage,
    offset: count(offset, `${where} offset`),
    shape: shape.map((side) => count(side, `${where} shape`)),
    stride: stride.map((step) => count(step, `${where} stride`)),
  };
  byteLengthOf(storage.dtype, view.shape, `${where} shape`);
  const elements = elementCount(view.shape);
  const end = elements === 0 ? 0 : view.offset + extent(view);
  if (end > storage.count) {
    throw new ModelError({
      where,
      expected: `elements within the bounds of storage ${storage.key}, which has ${storage.count}`,
      got: `${end} up to the last one: offset ${view.offset}, shape ${formatShape(view.shape)}, stride ${formatShape(view.stride)}`,
      hint: "The storage is too short or the file is damaged.",
    });
  }
  if (elements > storage.count + MAX_REPEATED) {
    const expected = `at most ${storage.count + MAX_REPEATED} elements in a view of a storage of ${storage.count}`;
    throw new ModelError({ where, expected, got: `${elements}, most of them repeated` });
  }
  return view;
}

/** All elements, row-major; `bytes` are those of the storage. */
export async function readTorchView(
  view: TorchView,
  bytes: RandomAccessFile,
  bigEndian: boolean,
): Promise<Float32Array> {
  const { storage, offset, shape } = view;
  const elements = elementCount(shape);
  if (elements === 0) return new Float32Array(0);
  const { dtype } = storage;
  const width = bytesPerElement(dtype);
  if (isDense(view)) return readElements(bytes, offset * width, elements, dtype, bigEndian);
  const spanned = new Uint8Array(extent(view) * width);
  await bytes.read(offset * width, spanned);
  if (bigEndian) swapBytes(spanned, width);
  return toFloat32({ dtype, shape, bytes: gather(spanned, view, elements) });
}

/** The range in the storage from the first element to the end of the last. */
function extent({ shape, stride }: TorchView): number {
  return shape.reduce((sum, side, axis) => sum + (side - 1) * stride[axis], 1);
}

/** Whether the elements already lie in row-major order without gaps. */
function isDense({ shape, stride }: TorchView): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== step) return false;
    step *= shape[axis];
  }
  return true;
}

function gather(spanned: Uint8Array, { storage, shape, stride }: TorchView, elements: number): Uint8Array {
  const width = bytesPerElement(storage.dtype);
  const result = new Uint8Array(elements * width);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to += width) {
    for (let byte = 0; byte < width; byte++) result[to + byte] = spanned[from + byte];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += stride[axis] * width;
      if (++index[axis] < shape[axis]) break;
      from -= shape[axis] * stride[axis] * width;
      index[axis] = 0;
    }
  }
  return result;
}

function count(value: number | bigint, where: string): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new ModelError({ where, expected: "whole numbers from 0 to 2^53", got: String(value).slice(0, 40) });
}

import { type Tensor, tensor } from "../tensor.ts";

/** The map with zeros beyond the first `height` rows and `width` columns, in cells. */
export function maskedBeyond(
  map: Tensor,
  within: { readonly height: number; readonly width: number },
): Tensor {
  const [, height, width, channels] = map.shape;
  if (within.height >= height && within.width >= width) return map;
  const data = map.data.map((value, i) => {
    const cell = Math.floor(i / channels);
    const isInside = Math.floor(cell / width) < within.height && cell % width < within.width;
    return isInside ? value : 0;
  });
  return tensor(map.shape, data);
}

import { type SampledImage, sampledImage } from "../../backend/sampledImage.ts";
import { shapeOf } from "../../tensor.ts";
import type { RgbImage } from "../rgbImage.ts";
import type { ImageTransform } from "./letterbox.ts";
import { fixedPointSamples, resizeFixedPoint } from "./resizeFixedPoint.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size of an image that is made smaller, if it has to be, to fit into `limit`; its aspect ratio is kept. */
export function fittedSize({ width, height }: Size, limit: Size): Size {
  return scaledTo({ width, height }, Math.min(1, limit.width / width, limit.height / height));
}

/** The sides rounded to whole pixels, at least 1. */
function scaledTo({ width, height }: Size, factor: number): Size {
  const side = (pixels: number) => Math.max(1, Math.round(pixels * factor));
  return { width: side(width), height: side(height) };
}

/** Stretches an image of this size to `wanted`, each side of which goes up to the next multiple of `multiple`. */
export function placeStretched(
  { width, height }: Size,
  wanted: Size,
  multiple: number,
): { input: Size; transform: ImageTransform } {
  const up = (pixels: number) => Math.ceil(pixels / multiple) * multiple;
  const input = { width: up(wanted.width), height: up(wanted.height) };
  const scale = { scaleX: input.width / width, scaleY: input.height / height };
  return { input, transform: { left: 0, top: 0, ...scale, imageWidth: width, imageHeight: height } };
}

/** The image at exactly this size, as cv2.resize stretches it: [1, height, width, 3], RGB, 0 to 255. */
export function stretched(image: RgbImage, { width, height }: Size): SampledImage {
  const sampling = {
    image,
    columns: fixedPointSamples(image.width, width, "columns"),
    rows: fixedPointSamples(image.height, height, "rows"),
    arithmetic: "fixedPoint",
  } as const;
  return sampledImage(shapeOf(height, width, 3), sampling, () =>
    Float32Array.from(resizeFixedPoint(image, width, height).data),
  );
}

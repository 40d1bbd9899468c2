import { offsetSamples, type SampledImage, sampledImage } from "../../backend/sampledImage.ts";
import { shapeOf } from "../../tensor.ts";
import type { RgbImage } from "../rgbImage.ts";
import type { ImageTransform } from "./letterbox.ts";
import { fixedPointSamples, resizeFixedPoint } from "./resizeFixedPoint.ts";

/**
 * Places an image, times `scale`, in the middle of a canvas whose sides are the next larger multiples of `multiple`.
 * This is `keep_res` of Objects as Points, whose affine map is then a shift by whole pixels.
 */
export function placeOnMultiple(
  image: { readonly width: number; readonly height: number },
  multiple: number,
  scale = 1,
): { canvas: { height: number; width: number }; transform: ImageTransform } {
  const { width, height } = scaledSize(image, scale);
  const side = (pixels: number) => (Math.floor(pixels / multiple) + 1) * multiple;
  const canvas = { height: side(height), width: side(width) };
  const transform = {
    left: canvas.width / 2 - Math.floor(width / 2),
    top: canvas.height / 2 - Math.floor(height / 2),
    scaleX: scale,
    scaleY: scale,
    imageWidth: image.width,
    imageHeight: image.height,
  };
  return { canvas, transform };
}

export interface MultipleOptions {
  /** Default: 1. */
  readonly scale?: number;
  /** Mirrors the whole canvas. Default: false. */
  readonly mirrored?: boolean;
  /**
   * The value of each of the 256 levels for blue, green and red, of which the canvas then consists. Default: red, green
   * and blue from 0 to 255.
   */
  readonly levels?: readonly Float32Array[];
}

/** The image on that canvas, black around it: [1, height, width, 3]. */
export function centerOnMultiple(
  image: RgbImage,
  multiple: number,
  { scale = 1, mirrored = false, levels }: MultipleOptions = {},
): SampledImage {
  const { canvas, transform } = placeOnMultiple(image, multiple, scale);
  const { left, top } = transform;
  const { width, height } = scaledSize(image, scale);
  const columns = offsetSamples(fixedPointSamples(image.width, width, "columns"), canvas.width, left);
  const sampling = {
    image: image,
    columns: mirrored ? columns.reverse() : columns,
    rows: offsetSamples(fixedPointSamples(image.height, height, "rows"), canvas.height, top),
    arithmetic: "fixedPoint",
    ...(levels && { channels: levels.map((of, channel) => ({ from: 2 - channel, levels: of })) }),
  } as const;
  return sampledImage(shapeOf(canvas.height, canvas.width, 3), sampling, () => {
    const scaled = resizeFixedPoint(image, width, height);
    const data = new Float32Array(canvas.height * canvas.width * 3);
    if (levels) for (let i = 0; i < data.length; i++) data[i] = levels[i % 3][0];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const x = left + column;
        const placed = mirrored ? canvas.width - 1 - x : x;
        const from = (row * width + column) * 3;
        const to = ((top + row) * canvas.width + placed) * 3;
        for (let channel = 0; channel < 3; channel++) {
          data[to + channel] = levels
            ? levels[channel][scaled.data[from + 2 - channel]]
            : scaled.data[from + channel];
        }
      }
    }
    return data;
  });
}

/** As OpenCV's resize is asked for it. */
export function scaledSize(image: { readonly width: number; readonly height: number }, scale: number) {
  const side = (pixels: number) => Math.max(1, Math.floor(pixels * scale));
  return { width: side(image.width), height: side(image.height) };
}

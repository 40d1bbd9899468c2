import { offsetSamples, type SampledImage, sampledImage } from "../../backend/sampledImage.ts";
import { shapeOf } from "../../tensor.ts";
import type { RgbImage } from "../rgbImage.ts";
import type { ImageTransform } from "./letterbox.ts";
import { cornerSamples, resizeCornerBilinear } from "./resizeBilinear.ts";
import { roundHalfToEven } from "./resizeFixedPoint.ts";

/** The network's input as the TensorFlow Object Detection API makes it. */
export interface SquareInput {
  /** [1, side, side, 3]: RGB, 0 to 255, not rounded; 0 in the padding. */
  readonly input: SampledImage;
  readonly transform: ImageTransform;
  /** Size of the input without the padding, in pixels (`true_image_shapes`). */
  readonly trueShape: { readonly height: number; readonly width: number };
}

/**
 * The API's `keep_aspect_ratio_resizer` with `min_dimension` = `max_dimension` = `side` and
 * `pad_to_max_dimension`: the image is resized to fill the square with its aspect ratio kept (small images are
 * enlarged) and placed at the top left. Normalization follows, so the network does not see 0 in the padding.
 */
export function padToSquare(image: RgbImage, side: number): SquareInput {
  const trueShape = keptAspectShape(image.height, image.width, side);
  const { height, width } = trueShape;
  const sampling = {
    image: image,
    columns: offsetSamples(cornerSamples(image.width, width), side, 0),
    rows: offsetSamples(cornerSamples(image.height, height), side, 0),
    arithmetic: "float",
  } as const;
  const input = sampledImage(shapeOf(side, side, 3), sampling, () => {
    const resized = resizeCornerBilinear(image, width, height);
    const data = new Float32Array(side * side * 3);
    for (let y = 0; y < height; y++) {
      data.set(resized.subarray(y * width * 3, (y + 1) * width * 3), y * side * 3);
    }
    return data;
  });
  const transform = {
    left: 0,
    top: 0,
    scaleX: width / image.width,
    scaleY: height / image.height,
    imageWidth: image.width,
    imageHeight: image.height,
  };
  return { input, transform, trueShape };
}

/**
 * The size of an image whose longer side becomes `side`, computed in float32 and rounded half to even as in the
 * original. The original fails if a side becomes 0; here it is at least 1.
 */
export function keptAspectShape(
  height: number,
  width: number,
  side: number,
): { height: number; width: number } {
  const scale = Math.min(Math.fround(side / height), Math.fround(side / width));
  return { height: scaledSide(scale, height), width: scaledSide(scale, width) };
}

function scaledSide(scale: number, side: number): number {
  return Math.max(1, roundHalfToEven(Math.fround(scale * side)));
}

/**
 * `image_resizer` of a `pipeline.config` of the TensorFlow Object Detection API (image_resizer.proto), and the sizes
 * that it gives to images. Names are the schema's, in this project's spelling.
 */
import { roundHalfToEven } from "../resizeFixedPoint.ts";

export const RESIZE_METHODS = ["BILINEAR", "NEAREST_NEIGHBOR", "BICUBIC", "AREA"] as const;
export type ResizeMethod = (typeof RESIZE_METHODS)[number];
export const RESIZE_CONDITIONS = ["INVALID", "GREATER", "SMALLER"] as const;

export type ImageResizer =
  | FixedShapeResizer
  | KeepAspectRatioResizer
  | ConditionalShapeResizer
  | PadToMultipleResizer
  | { readonly kind: "identity" };

interface Resampling {
  readonly method: ResizeMethod;
  readonly convertToGrayscale: boolean;
}

/** Stretches every image to one size. */
interface FixedShapeResizer extends Resampling {
  readonly kind: "fixedShape";
  readonly height: number;
  readonly width: number;
}

/**
 * The largest size with the image's aspect ratio whose shorter side is at most `minDimension` and whose longer side is
 * at most `maxDimension`; small images are enlarged.
 */
export interface KeepAspectRatioResizer extends Resampling {
  readonly kind: "keepAspectRatio";
  readonly minDimension: number;
  readonly maxDimension: number;
  /** Pads at the bottom and right to a square of `maxDimension`. */
  readonly padToMaxDimension: boolean;
  /** Red, green, blue; empty for zeros. */
  readonly perChannelPadValue: readonly number[];
}

/** Resizes only images whose longer side exceeds the threshold, or whose shorter side falls below it. */
interface ConditionalShapeResizer extends Resampling {
  readonly kind: "conditionalShape";
  readonly condition: "GREATER" | "SMALLER";
  readonly sizeThreshold: number;
}

/** Pads at the bottom and right with zeros; never resizes. */
interface PadToMultipleResizer {
  readonly kind: "padToMultiple";
  readonly multiple: number;
  readonly convertToGrayscale: boolean;
}

/** In pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** The zoo's resizer: bilinear, with the aspect ratio kept, padded with black to a square. */
export function squareResizer(side: number): KeepAspectRatioResizer {
  return {
    kind: "keepAspectRatio",
    minDimension: side,
    maxDimension: side,
    padToMaxDimension: true,
    perChannelPadValue: [],
    method: "BILINEAR",
    convertToGrayscale: false,
  };
}

/**
 * An image's size after resizing and before padding (`true_image_shapes`), computed in float32 as in the original. The
 * original fails if a side becomes 0; here it is at least 1.
 */
export function resizedSize(resizer: ImageResizer, { height, width }: Size): Size {
  switch (resizer.kind) {
    case "fixedShape":
      return { height: resizer.height, width: resizer.width };
    case "keepAspectRatio": {
      const { minDimension: min, maxDimension: max } = resizer;
      const [rows, columns] = height < width ? [min, max] : [max, min];
      const scale = Math.min(Math.fround(rows / height), Math.fround(columns / width));
      const side = (pixels: number) => Math.max(1, roundHalfToEven(Math.fround(scale * pixels)));
      return { height: side(height), width: side(width) };
    }
    case "conditionalShape": {
      const { condition, sizeThreshold } = resizer;
      const decisive = condition === "GREATER" ? Math.max(height, width) : Math.min(height, width);
      const target = condition === "GREATER" ? Math.min : Math.max;
      const scale = Math.fround(target(decisive, sizeThreshold) / decisive);
      const side = (pixels: number) => Math.max(1, Math.trunc(Math.fround(scale * pixels)));
      return { height: side(height), width: side(width) };
    }
    case "padToMultiple":
    case "identity":
      return { height, width };
  }
}

/** The size of the network's input: that of the resized image with its padding. */
export function inputSizeOf(resizer: ImageResizer, image: Size): Size {
  const fixed = fixedInputSize(resizer);
  if (fixed) return fixed;
  const { height, width } = resizedSize(resizer, image);
  if (resizer.kind !== "padToMultiple") return { height, width };
  const { multiple } = resizer;
  const padded = (side: number) => Math.ceil(side / multiple) * multiple;
  return { height: padded(height), width: padded(width) };
}

/** The size of the network's input if it is the same for all images. */
export function fixedInputSize(resizer: ImageResizer): Size | undefined {
  if (resizer.kind === "fixedShape") return { height: resizer.height, width: resizer.width };
  if (resizer.kind !== "keepAspectRatio" || !resizer.padToMaxDimension) return undefined;
  return { height: resizer.maxDimension, width: resizer.maxDimension };
}

/** The same resizer for a network's input of another size. One that lets images decide the size stays as it is. */
export function resizerTo(resizer: ImageResizer, { height, width }: Size): ImageResizer {
  if (resizer.kind === "fixedShape") return { ...resizer, height, width };
  if (resizer.kind !== "keepAspectRatio" || !resizer.padToMaxDimension) return resizer;
  const { minDimension, maxDimension } = resizer;
  const min = Math.max(1, Math.round((minDimension * width) / maxDimension));
  return { ...resizer, minDimension: min, maxDimension: width };
}

/** In the schema's words: `keep_aspect_ratio_resizer, 600 to 1024, bicubic, gray`. */
export function describeResizer(resizer: ImageResizer): string {
  return [...sizeInWords(resizer), ...resamplingInWords(resizer)].join(", ");
}

function sizeInWords(resizer: ImageResizer): string[] {
  switch (resizer.kind) {
    case "fixedShape":
      return ["fixed_shape_resizer", `stretched to ${resizer.width}x${resizer.height}`];
    case "keepAspectRatio": {
      const { minDimension: min, maxDimension: max, padToMaxDimension, perChannelPadValue } = resizer;
      const filled = perChannelPadValue.some((value) => value !== 0)
        ? `padded with ${perChannelPadValue.join(" ")}`
        : "padded";
      const sides = min === max ? `${max}` : `${min} to ${max}`;
      return ["keep_aspect_ratio_resizer", sides, ...(padToMaxDimension ? [filled] : [])];
    }
    case "conditionalShape": {
      const sides = resizer.condition === "GREATER" ? "larger" : "smaller";
      return ["conditional_shape_resizer", `sides ${sides} than ${resizer.sizeThreshold}`];
    }
    case "padToMultiple":
      return ["pad_to_multiple_resizer", `multiples of ${resizer.multiple}`];
    case "identity":
      return ["identity_resizer"];
  }
}

const METHOD_WORDS = {
  BILINEAR: "bilinear",
  NEAREST_NEIGHBOR: "nearest neighbor",
  BICUBIC: "bicubic",
  AREA: "area",
};

function resamplingInWords(resizer: ImageResizer): string[] {
  const gray = "convertToGrayscale" in resizer && resizer.convertToGrayscale;
  return ["method" in resizer ? METHOD_WORDS[resizer.method] : "not resized", ...(gray ? ["gray"] : [])];
}

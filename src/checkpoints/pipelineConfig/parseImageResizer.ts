import {
  type ImageResizer,
  RESIZE_CONDITIONS,
  RESIZE_METHODS,
} from "../../image/input/resizer/imageResizer.ts";
import type { TextProtoView } from "./textProtoView.ts";

/**
 * Reads `image_resizer` with the defaults of image_resizer.proto.
 *
 * @throws ModelError for what the original refuses, whether it does so when it builds the resizer or when it runs it.
 */
export function parseImageResizer(view: TextProtoView): ImageResizer {
  const found = KINDS.filter((kind) => view.has(kind));
  if (found.length !== 1) {
    const got = found.length === 0 ? "none of these" : found.join(" and ");
    throw view.error(found[1] ?? "image_resizer", `one of ${KINDS.join(", ")}`, got);
  }
  const [kind] = found;
  return PARSERS[kind](view.one(kind));
}

const PARSERS = {
  fixed_shape_resizer: fixedShape,
  keep_aspect_ratio_resizer: keepAspectRatio,
  conditional_shape_resizer: conditionalShape,
  pad_to_multiple_resizer: padToMultiple,
  identity_resizer: () => ({ kind: "identity" }),
} satisfies Record<string, (view: TextProtoView) => ImageResizer>;

const KINDS = Object.keys(PARSERS) as (keyof typeof PARSERS)[];

function fixedShape(view: TextProtoView): ImageResizer {
  const height = view.size("height", 300, 1);
  return { kind: "fixedShape", height, width: view.size("width", 300, 1), ...resampling(view) };
}

function keepAspectRatio(view: TextProtoView): ImageResizer {
  const minDimension = view.size("min_dimension", 600, 1);
  const maxDimension = view.size("max_dimension", 1024, 1);
  if (minDimension > maxDimension) {
    const place = view.has("min_dimension") ? "min_dimension" : "max_dimension";
    throw view.error(place, "min_dimension of at most max_dimension", `${minDimension} and ${maxDimension}`);
  }
  const perChannelPadValue = view.numbers("per_channel_pad_value");
  if (perChannelPadValue.length !== 0 && perChannelPadValue.length !== 3) {
    throw view.error("per_channel_pad_value", "3 values or none", `${perChannelPadValue.length}`);
  }
  const padToMaxDimension = view.boolean("pad_to_max_dimension", false);
  const sides = { minDimension, maxDimension, padToMaxDimension, perChannelPadValue };
  return { kind: "keepAspectRatio", ...sides, ...resampling(view) };
}

function conditionalShape(view: TextProtoView): ImageResizer {
  const condition = view.numberedWord("condition", RESIZE_CONDITIONS, "GREATER");
  if (condition === "INVALID") throw view.error("condition", "GREATER or SMALLER", "INVALID (0)");
  const sizeThreshold = view.size("size_threshold", 300, 1);
  return { kind: "conditionalShape", condition, sizeThreshold, ...resampling(view) };
}

function padToMultiple(view: TextProtoView): ImageResizer {
  const multiple = view.size("multiple", 1, 1);
  return { kind: "padToMultiple", multiple, convertToGrayscale: view.boolean("convert_to_grayscale", false) };
}

function resampling(view: TextProtoView) {
  const method = view.numberedWord("resize_method", RESIZE_METHODS, "BILINEAR");
  return { method, convertToGrayscale: view.boolean("convert_to_grayscale", false) };
}

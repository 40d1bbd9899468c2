import { placeNeighbours, type SampledPicture, sampledPicture } from "../../backend/sampledImage.ts";
import { shapeOf } from "../../tensor.ts";
import type { Picture } from "../picture.ts";
import type { Placement } from "./letterbox.ts";
import { cornerNeighbours, resizeCornerBilinear } from "./resizeBilinear.ts";
import { roundHalfToEven } from "./resizeFixedPoint.ts";

/** A photo as the TensorFlow Object Detection API feeds it to its networks. */
export interface SquareInput {
  /** [1, side, side, 3]: RGB, 0 to 255, not rounded; 0 where there is no photo. */
  readonly image: SampledPicture;
  readonly placement: Placement;
  /** The part of the image that is photo, from its top-left corner; pixels (`true_image_shapes`). */
  readonly trueShape: { readonly height: number; readonly width: number };
}

/**
 * The API's `keep_aspect_ratio_resizer` with `min_dimension` = `max_dimension` = `side` and
 * `pad_to_max_dimension`: as large as it goes with the photo's proportions kept, small photos enlarged, at
 * the top left. Normalisation comes after it, so that the padding is no 0 for the network.
 */
export function padToSquare(photo: Picture, side: number): SquareInput {
  const trueShape = keptAspectShape(photo.height, photo.width, side);
  const { height, width } = trueShape;
  const sampling = {
    picture: photo,
    columns: placeNeighbours(cornerNeighbours(photo.width, width), side, 0),
    rows: placeNeighbours(cornerNeighbours(photo.height, height), side, 0),
    arithmetic: "float",
  } as const;
  const image = sampledPicture(shapeOf(side, side, 3), sampling, () => {
    const resized = resizeCornerBilinear(photo, width, height);
    const data = new Float32Array(side * side * 3);
    for (let y = 0; y < height; y++) {
      data.set(resized.subarray(y * width * 3, (y + 1) * width * 3), y * side * 3);
    }
    return data;
  });
  const placement = {
    left: 0,
    top: 0,
    scaleX: width / photo.width,
    scaleY: height / photo.height,
    photoWidth: photo.width,
    photoHeight: photo.height,
  };
  return { image, placement, trueShape };
}

/**
 * Sides of a `height` x `width` photo whose longer one becomes `side`, computed in float32 and rounded half
 * to even as the original does. The original fails where a side becomes 0; here it is 1 at least.
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

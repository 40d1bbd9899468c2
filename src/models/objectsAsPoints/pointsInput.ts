/** How an image becomes the input of Objects as Points. */
import { affineSquare, placeInSquare } from "../../image/input/affineSquare.ts";
import { centerOnMultiple, placeOnMultiple } from "../../image/input/centerOnMultiple.ts";
import type { ImageTransform } from "../../image/input/letterbox.ts";
import type { ChannelScaling } from "../../image/input/normalization.ts";
import { levelScaling, normalizedLevels, type PixelStatistics } from "../../image/input/pixelLevels.ts";
import type { RgbImage } from "../../image/rgbImage.ts";
import type { Tensor } from "../../tensor.ts";
import type { InputSize } from "../view.ts";

type Pixels = Pick<RgbImage, "width" | "height">;

export interface PointsInput {
  /** In words. */
  readonly placement: string;
  /** Whether each image decides the size. Otherwise `size` is that of the network, a square. */
  readonly sizedByImage: boolean;
  /** How pixels become its values. Absent if that is the network's first layer. */
  readonly pixelScaling?: ChannelScaling;
  place(image: Pixels, size: InputSize, scale: number): { size: InputSize; transform: ImageTransform };
  make(image: RgbImage, size: InputSize, options: { scale: number; mirrored: boolean }): Tensor;
}

/** `--keep_res`: each image at its own size. Without statistics the pixels stay as they are. */
export function ownResolution(multiple: number, statistics?: PixelStatistics): PointsInput {
  const levels = statistics && normalizedLevels(statistics);
  return {
    placement: `at its own size, centered on a black canvas whose sides are the next larger multiples of ${multiple}`,
    sizedByImage: true,
    ...(statistics && { pixelScaling: levelScaling(statistics) }),
    place(image, _, scale) {
      const { canvas, transform } = placeOnMultiple(image, multiple, scale);
      return { size: canvas, transform };
    },
    make: (image, _, options) => centerOnMultiple(image, multiple, { ...options, levels }),
  };
}

/** `fix_res`, the default of the original. */
export function fixedResolution(statistics: PixelStatistics): PointsInput {
  const levels = normalizedLevels(statistics);
  return {
    placement: "scaled to fit, centered in the square, black around it",
    sizedByImage: false,
    pixelScaling: levelScaling(statistics),
    place: (image, size, scale) => ({ size, transform: placeInSquare(image, size.width, scale) }),
    make: (image, size, options) => affineSquare(image, size.width, { ...options, levels }),
  };
}

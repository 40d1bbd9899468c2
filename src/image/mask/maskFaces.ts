/**
 * Makes faces unrecognizable. A mask is larger than the box that it belongs to, because boxes of large faces come out too
 * small, and it is a rectangle of one color, because that alone keeps nothing of what it covers.
 */
import type { Box } from "../../detection.ts";
import { UsageError } from "../../errors.ts";
import type { RgbImage } from "../rgbImage.ts";
import { mosaic } from "./mosaic.ts";

export const MASKS = ["solid", "mosaic", "blur"] as const;
export type Mask = (typeof MASKS)[number];
export const MASK_SHAPES = ["box", "ellipse"] as const;
export type MaskShape = (typeof MASK_SHAPES)[number];

export interface MaskOptions {
  /**
   * `solid`: one color. `mosaic`: the means of at most 4 x 4 tiles. `blur`: that mosaic, blurred. The last two are weak:
   * they keep something of the face. Default: `solid`.
   */
  readonly mask?: Mask;
  /** `ellipse` is weak: hair, ears and chin may show. It is that of the whole box, also at the image's border. Default: `box`. */
  readonly shape?: MaskShape;
  /** Red, green and blue of `solid`, from 0 to 255. Default: black. */
  readonly color?: readonly [red: number, green: number, blue: number];
  /** How much each side of a box moves out, in sides of the box. At least 16 pixels. Default: 0.3. */
  readonly margin?: number;
}

/** Whether software may find or restore what is below such masks: all but solid boxes keep something of it. */
export function isWeakMask({ mask = "solid", shape = "box" }: MaskOptions): boolean {
  return mask !== "solid" || shape !== "box";
}

const DEFAULT_MARGIN = 0.3;
/** So that no block of a JPEG, of up to 16 pixels, holds a pixel of the face and one beside the mask. */
const MIN_MARGIN = 16;

/**
 * A copy of the image with a mask over each detection. Give it every row that was found, not only the best box of each
 * face: `findFaces` returns them.
 *
 * @throws UsageError for an unknown mask, shape or color.
 */
export function maskFaces(
  image: RgbImage,
  detections: readonly { readonly box: Readonly<Box> }[],
  options: MaskOptions = {},
): RgbImage {
  const { mask = "solid", color = [0, 0, 0] } = options;
  const covered = maskedPixels(image, detections, options);
  const data = Uint8Array.from(image.data);
  if (mask !== "solid") {
    const boxes = detections.map(({ box }) => grownBox(box, options.margin));
    const tiles = mosaic(image, boxes, mask === "blur");
    for (let i = 0; i < data.length; i++) if (covered[Math.floor(i / 3)]) data[i] = tiles[i];
    return { width: image.width, height: image.height, data };
  }
  for (let pixel = 0; pixel < covered.length; pixel++) if (covered[pixel]) data.set(color, pixel * 3);
  return { width: image.width, height: image.height, data };
}

/** 1 for each pixel of the image that a mask covers, row by row. */
export function maskedPixels(
  { width, height }: { readonly width: number; readonly height: number },
  detections: readonly { readonly box: Readonly<Box> }[],
  options: MaskOptions = {},
): Uint8Array {
  checkMaskOptions(options);
  const { shape = "box", margin } = options;
  const covered = new Uint8Array(width * height);
  for (const { box } of detections) {
    const grown = grownBox(box, margin);
    const [left, right] = [Math.max(grown.xmin, 0), Math.min(grown.xmax, width)];
    for (let y = Math.max(grown.ymin, 0); y < Math.min(grown.ymax, height); y++) {
      if (shape === "box") covered.fill(1, y * width + left, y * width + Math.max(left, right));
      else for (let x = left; x < right; x++) if (isInEllipse(grown, x, y)) covered[y * width + x] = 1;
    }
  }
  return covered;
}

/** The box with its margin, rounded outward, in whole pixels. It may reach beyond the image. */
export function grownBox({ xmin, ymin, xmax, ymax }: Readonly<Box>, margin = DEFAULT_MARGIN): Box {
  const dx = Math.max((xmax - xmin) * margin, MIN_MARGIN);
  const dy = Math.max((ymax - ymin) * margin, MIN_MARGIN);
  return {
    xmin: Math.floor(xmin - dx),
    ymin: Math.floor(ymin - dy),
    xmax: Math.ceil(xmax + dx),
    ymax: Math.ceil(ymax + dy),
  };
}

/** Whether any part of a pixel may lie within the ellipse that touches the box's sides: its center is half a pixel off. */
function isInEllipse({ xmin, ymin, xmax, ymax }: Box, x: number, y: number): boolean {
  const dx = Math.max(Math.abs(x + 0.5 - (xmin + xmax) / 2) - 0.5, 0) / ((xmax - xmin) / 2);
  const dy = Math.max(Math.abs(y + 0.5 - (ymin + ymax) / 2) - 0.5, 0) / ((ymax - ymin) / 2);
  return dx * dx + dy * dy <= 1;
}

function checkMaskOptions({ mask, shape, color, margin }: MaskOptions): void {
  const refuse = (name: string, expected: string, got: unknown) => {
    throw new UsageError({ where: `option ${name}`, expected, got: String(got) });
  };
  if (mask !== undefined && !MASKS.includes(mask)) refuse("mask", MASKS.join(", "), mask);
  if (shape !== undefined && !MASK_SHAPES.includes(shape)) refuse("shape", MASK_SHAPES.join(" or "), shape);
  if (
    color &&
    (color.length !== 3 || !color.every((value) => Number.isInteger(value) && value >= 0 && value <= 255))
  ) {
    refuse("color", "three whole numbers from 0 to 255", color);
  }
  if (margin !== undefined && !(margin >= 0 && Number.isFinite(margin)))
    refuse("margin", "a number, 0 or more", margin);
}

/**
 * What has to be masked so that the detector finds nothing of it again. A face may be found only once its neighbors are
 * masked: the network sees the image as a whole, and at sizes of its own.
 */
import type { Box, Detection } from "../detection.ts";
import { isWeakMask, type MaskOptions, maskedPixels, maskFaces } from "../image/mask/maskFaces.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { LARGEST_SIDE } from "../models/centerface/centerface.ts";
import type { Network } from "../network.ts";
import {
  DEFAULT_SIDES,
  type Face,
  type FindFacesOptions,
  type FoundFaces,
  facesOf,
  findFaces,
} from "./findFaces.ts";

/** How to search, and the masks that are meant. */
export interface FacesToMaskOptions extends FindFacesOptions, MaskOptions {}

export interface FacesToMask {
  /** Every row of every search: what is to be masked. In pixels of the image. */
  readonly rows: readonly Detection[];
  /** The faces that the rows belong to, best first. */
  readonly faces: readonly Face[];
  /** The height in pixels of the smallest face that could be found. */
  readonly smallestFace: number;
  /** How many of the faces were found only after others had been masked. */
  readonly foundLater: number;
  /** How many faces the last search still found, below masks that keep something of them. Solid masks keep nothing. */
  readonly foundBelow: number;
  /** Whether the last search found nothing that no mask covers. */
  readonly settled: boolean;
}

/** Photos need one or two. Each search masks what it finds, so that more only cost time. */
const MAX_SEARCHES = 4;

/**
 * Searches an image as `findFaces` does, then the masked image, also at the size at which `detect` sees it, and adds what is
 * found there and not covered, until nothing is. Calls must not overlap with others on the same network:
 *
 *     const detector = await load("centerface");
 *     const { rows } = await detector.lend((network) => facesToMask(network, image));
 *     const masked = maskFaces(image, rows);
 *
 * @throws UsageError for another model than `centerface`, or unknown options.
 * @throws ImageError if the image is too large for the backend.
 */
export async function facesToMask(
  network: Network,
  image: RgbImage,
  options: FacesToMaskOptions = {},
): Promise<FacesToMask> {
  const first = await findFaces(network, image, options);
  const { smallestFace } = first;
  let rows = first.rows;
  let again: readonly Detection[] = [];
  let showing = first.rows;
  for (let search = 0; search < MAX_SEARCHES && showing.length > 0; search++) {
    const covered = maskedPixels(image, rows, options);
    ({ rows: again } = await findFacesBelow(network, image, rows, options));
    showing = again.filter(({ box }) => isShown(box, covered, image));
    rows = [...rows, ...showing];
  }
  const faces = facesOf(rows);
  const before = new Set(first.rows);
  return {
    rows,
    faces,
    smallestFace,
    foundLater: faces.filter(({ best }) => !before.has(best)).length,
    foundBelow: isWeakMask(options) ? facesOf(again).length : 0,
    settled: showing.length === 0,
  };
}

/**
 * What the detector finds once these boxes are masked, at the sizes of the search and at the one at which `detect` sees the
 * image: faces below weak masks, and those that no mask covers. Solid masks leave nothing below them.
 */
export function findFacesBelow(
  network: Network,
  image: RgbImage,
  masks: readonly { readonly box: Box }[],
  options: FacesToMaskOptions = {},
): Promise<FoundFaces> {
  const { sides = DEFAULT_SIDES } = options;
  const own = Math.min(Math.max(image.width, image.height), LARGEST_SIDE);
  const masked = maskFaces(image, masks, options);
  return findFaces(network, masked, { ...options, sides: [...sides, own] });
}

/** Whether a pixel of the box is not covered. A box that is covered as a whole shows nothing but masks. */
function isShown({ xmin, ymin, xmax, ymax }: Box, covered: Uint8Array, { width, height }: RgbImage): boolean {
  const [left, right] = [Math.max(Math.floor(xmin), 0), Math.min(Math.ceil(xmax), width)];
  for (let y = Math.max(Math.floor(ymin), 0); y < Math.min(Math.ceil(ymax), height); y++) {
    for (let x = left; x < right; x++) if (!covered[y * width + x]) return true;
  }
  return false;
}

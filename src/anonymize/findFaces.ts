/** Everything in an image that may be a face, to be masked: found at several sizes, before suppression. */
import type { Suppression } from "../decode/centerTrace.ts";
import { faceRows } from "../decode/faces/faceRows.ts";
import { suppressFaces } from "../decode/faces/suppressFaces.ts";
import { runViews } from "../detect.ts";
import type { Box, Detection } from "../detection.ts";
import { ImageError, UsageError } from "../errors.ts";
import { type Orientation, turnUpright } from "../image/exif.ts";
import { scaledTo } from "../image/input/stretchToMultiple.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import {
  CENTERFACE,
  FACE_SETTINGS,
  faceDetection,
  faceMaps,
  faceView,
} from "../models/centerface/centerface.ts";
import type { Maps, View, Views } from "../models/view.ts";
import type { Network } from "../network.ts";

export interface FindFacesOptions {
  /** Minimum score of a row, from 0 to 1. Default: 0.2. */
  readonly score?: number;
  /** The longest side of the network's input, in pixels, for each pass. Images are enlarged at most twice. Default: [640, 1280]. */
  readonly sides?: readonly number[];
  /** Whether each pass also sees the image turned by a quarter, a half and three quarters. Default: false. */
  readonly turns?: boolean;
  /** What errors call the image. Default: "image". */
  readonly where?: string;
  readonly signal?: AbortSignal;
}

export interface FoundFaces {
  /** Every row of every pass, before suppression: what is to be masked. In pixels of the image. */
  readonly rows: readonly Detection[];
  /** The faces that the rows belong to, best first. */
  readonly faces: readonly Face[];
  /** The height in pixels of the smallest face that the passes could find. */
  readonly smallestFace: number;
}

/** One face, as far as suppression can tell. */
export interface Face {
  readonly best: Detection;
  /** All that suppression leaves to the best: they overlap it. */
  readonly rows: readonly Detection[];
}

export const DEFAULT_FACE_SCORE = 0.2;
export const DEFAULT_SIDES: readonly number[] = [640, 1280];
/** In pixels. */
export const [MIN_SIDE, MAX_SIDE] = [32, 8192];
const MAX_ENLARGED = 2;
/** Faces of so many pixels of the network's input are found, measured on photos scaled down. */
const SMALLEST_FOUND = 17;
/** More than any photo has at scores that mean something. It bounds the time that suppression takes. */
const MAX_ROWS = 20_000;
/** How to turn the image, as an Exif orientation turns it upright. */
const TURNS: readonly Orientation[] = [1, 6, 3, 8];

/**
 * Runs a loaded `centerface` over an image once for each size and turn. Calls must not overlap with others on the same
 * network.
 *
 *     const { network } = await load("centerface");
 *     const { rows } = await findFaces(network, image);
 *     const masked = maskFaces(image, rows);
 *
 * @throws UsageError for another model, or sides that are no whole numbers of pixels.
 * @throws ImageError if the image is too large for the backend, or if so many places score as much that they cannot all be
 *   masked.
 */
export async function findFaces(
  network: Network,
  image: RgbImage,
  options: FindFacesOptions = {},
): Promise<FoundFaces> {
  const {
    score = DEFAULT_FACE_SCORE,
    sides = DEFAULT_SIDES,
    turns = false,
    where = "image",
    signal,
  } = options;
  if (network.model.name !== CENTERFACE) {
    throw new UsageError({ where: "findFaces", expected: CENTERFACE, got: network.model.name });
  }
  if (sides.length === 0 || !sides.every(isSearchSide)) {
    const expected = `whole numbers of pixels from ${MIN_SIDE} to ${MAX_SIDE}`;
    throw new UsageError({ where: "option sides", expected, got: sides.join(", ") || "none" });
  }
  const longest = Math.max(image.width, image.height);
  const factors = new Set(sides.map((side) => Math.min(MAX_ENLARGED, side / longest)));
  const rows: Detection[] = [];
  for (const orientation of turns ? TURNS : TURNS.slice(0, 1)) {
    const turned = turnUpright(image, orientation);
    for (const factor of factors) {
      const views = passOver(turned, factor, score, where);
      const { detections } = await runViews(views, network, { signal }, where);
      rows.push(...detections.map((row) => ({ ...row, ...turnedBack(row, orientation, image) })));
    }
  }
  return { rows, faces: facesOf(rows), smallestFace: Math.ceil(SMALLEST_FOUND / Math.max(...factors)) };
}

/** Whether an image may be searched at this longest side. */
export function isSearchSide(side: number): boolean {
  return Number.isInteger(side) && side >= MIN_SIDE && side <= MAX_SIDE;
}

function passOver(
  image: RgbImage,
  factor: number,
  score: number,
  where: string,
): Views<readonly Detection[]> {
  const { transform, ...view } = faceView(image, scaledTo(image, factor));
  const decode = (outputs: Maps) => {
    const settings = { ...FACE_SETTINGS, threshold: score, maxRows: MAX_ROWS + 1 };
    const rows = faceRows(faceMaps(outputs), settings);
    if (rows.cells.length > MAX_ROWS) throw tooManyRows(where, score);
    return Array.from(rows.cells, (_, row) => faceDetection(rows, row, transform));
  };
  const only: View<readonly Detection[]> = { ...view, decode };
  return { views: [only], combine: ([detections]) => ({ detections }) };
}

/** To leave out the worst would leave faces bare. */
function tooManyRows(where: string, score: number): ImageError {
  const expected = `at most ${MAX_ROWS.toLocaleString("en")} places that score above ${score} at one size`;
  return new ImageError({ where, expected, got: "more", hint: "Ask for a higher score." });
}

/** From pixels of the turned image to those of the image. */
function turnedBack(
  { box, keypoints = [] }: Detection,
  orientation: Orientation,
  { width, height }: RgbImage,
): Pick<Detection, "box" | "keypoints"> {
  const back = (x: number, y: number) => {
    if (orientation === 6) return { x: y, y: height - x };
    if (orientation === 3) return { x: width - x, y: height - y };
    if (orientation === 8) return { x: width - y, y: x };
    return { x, y };
  };
  const [a, b] = [back(box.xmin, box.ymin), back(box.xmax, box.ymax)];
  const turned: Box = {
    xmin: Math.min(a.x, b.x),
    ymin: Math.min(a.y, b.y),
    xmax: Math.max(a.x, b.x),
    ymax: Math.max(a.y, b.y),
  };
  return { box: turned, keypoints: keypoints.map((point) => ({ ...point, ...back(point.x, point.y) })) };
}

/** What suppression makes of the rows of all passes together, best first. */
export function facesOf(rows: readonly Detection[]): Face[] {
  const boxes = Float32Array.from(rows.flatMap(({ box }) => [box.xmin, box.ymin, box.xmax, box.ymax]));
  const scores = Float32Array.from(rows, ({ score }) => score);
  const dropped = new Map<number, Suppression>();
  const kept = suppressFaces({ boxes, scores }, FACE_SETTINGS, dropped);
  const groups = new Map(Array.from(kept, (row) => [row, [rows[row]]]));
  for (const [row, { by }] of dropped) groups.get(by)?.push(rows[row]);
  const faces = [...groups].map(([row, group]): Face => ({ best: rows[row], rows: group }));
  return faces.sort((a, b) => b.best.score - a.best.score);
}

/** Rows of golden cases of Objects as Points: boxes, scores and joints. */
import type { Detection, Point } from "../../detection.ts";
import type { ViewGeometry } from "../../image/geometry.ts";
import type { GoldenCase, GoldenTap } from "../goldenCase.ts";
import { compareSets } from "../rows/compareSets.ts";
import type { Outcome } from "../verifyCase.ts";

/** What the decode found, plain or with the mirror image. */
export interface PointsRows {
  readonly detections: readonly Detection[];
  readonly channelOf: (detection: Detection) => number;
  readonly geometry: ViewGeometry;
}

/** Where the columns of a row are: x1 y1 x2 y2 score, then joints as x y, and the class last if there is one. */
const BOX_COLUMNS = 4;
const SCORE_COLUMN = 4;
const FIRST_JOINT = 5;

/** A joint's peak that is as near the threshold may or may not count, and its joint then lies elsewhere. */
const CLOSE_CALL = 1e-5;
const MOVED_JOINTS = 2;

/** Compares rows as sets: `detections` are in cells of the map, `final` in pixels of the image. */
export function pointsRowsOutcome(
  name: string,
  rows: ReadonlyMap<string, PointsRows>,
  tap: GoldenTap,
  golden: GoldenCase,
): Outcome {
  const found = rows.get(name.startsWith("flip.") ? "flip" : "plain");
  if (!found) return { problem: "the case has no image to decode" };
  const { by } = golden.tolerance;
  const [box, score] = [by.get("box")?.absolute, by.get("score")?.absolute];
  if (box === undefined || score === undefined) return { problem: "the case states no tolerance for rows" };
  const inCells = name.endsWith("detections");
  const [, columns] = tap.shape;
  const hasClass = (columns - FIRST_JOINT) % 2 === 1;
  const pixelsPerCell = inCells ? cellSide(found.geometry) : 1;
  // Joints have a tolerance of their own: in these units it is the boxes'.
  const perJoint = box / (by.get("joint")?.absolute ?? box);
  const scaled = (row: readonly number[]) =>
    row.map((value, at) => {
      if (at === SCORE_COLUMN || (hasClass && at === columns - 1)) return value;
      return value * pixelsPerCell * (at < BOX_COLUMNS ? 1 : perJoint);
    });
  const got = found.detections.map((detection) => scaled(rowOf(detection, found, inCells, hasClass)));
  const expected = Array.from({ length: tap.shape[0] }, (_, i) =>
    scaled(Array.from(tap.values.slice(i * columns, (i + 1) * columns))),
  );
  const same = hasClass ? [columns - 1] : [];
  const tolerance = { box, score, mayMiss: hasCloseCall(golden) ? MOVED_JOINTS : 0 };
  const { compared, problem } = compareSets(expected, got, { same, scores: [SCORE_COLUMN] }, tolerance);
  return compared ? { compared: { ...compared, tolerance: { absolute: box, score } } } : { problem };
}

function rowOf(
  detection: Detection,
  { channelOf, geometry }: PointsRows,
  inCells: boolean,
  hasClass: boolean,
): number[] {
  const { xmin, ymin, xmax, ymax } = detection.box;
  const points: Point[] = [{ x: xmin, y: ymin }, { x: xmax, y: ymax }, ...(detection.keypoints ?? [])];
  const [first, last, ...joints] = points.map((point) => (inCells ? geometry.imageToCell(point) : point));
  return [
    ...[first.x, first.y, last.x, last.y, detection.score],
    ...joints.flatMap(({ x, y }) => [x, y]),
    ...(hasClass ? [channelOf(detection)] : []),
  ];
}

/** In pixels of the image. */
function cellSide(geometry: ViewGeometry): number {
  return geometry.cellToImage({ x: 1, y: 0 }).x - geometry.cellToImage({ x: 0, y: 0 }).x;
}

function hasCloseCall({ fields }: GoldenCase): boolean {
  const margins = fields.get("margins");
  const joints = margins instanceof Map ? margins.get("joints") : undefined;
  const least = joints instanceof Map ? joints.get("least_distance_of_a_joint_score_from_0.1") : undefined;
  return typeof least === "number" && least < CLOSE_CALL;
}

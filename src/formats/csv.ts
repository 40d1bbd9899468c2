/** Detections as rows of CSV (RFC 4180, with lines that end in \n): one row each, under one heading. */
import type { Detection } from "../detection.ts";

const COLUMNS = ["image", "width", "height", "label", "class_id", "score", "xmin", "ymin", "xmax", "ymax"];

export interface CsvImage {
  /** What the first column calls it. */
  readonly image: string;
  readonly width: number;
  readonly height: number;
  readonly detections: readonly Detection[];
}

/** The heading. A model with keypoints has three further columns for each: `nose_x`, `nose_y`, `nose_score`. */
export function csvHeading(keypointNames: readonly string[] = []): string {
  const keypoints = keypointNames.flatMap((name) => [`${name}_x`, `${name}_y`, `${name}_score`]);
  return csvRow([...COLUMNS, ...keypoints]);
}

/** The rows of an image, in pixels of it; none if nothing was found. Detections without keypoints leave those columns empty. */
export function csvRows(
  { image, width, height, detections }: CsvImage,
  keypointNames: readonly string[] = [],
): string[] {
  return detections.map(({ label, classId, score, box, keypoints }) => {
    const { xmin, ymin, xmax, ymax } = box;
    const points = keypointNames.flatMap((name): (string | number)[] => {
      const point = keypoints?.find((keypoint) => keypoint.name === name);
      return point ? [rounded(point.x, 3), rounded(point.y, 3), rounded(point.score, 6)] : ["", "", ""];
    });
    const corners = [xmin, ymin, xmax, ymax].map((side) => rounded(side, 3));
    return csvRow([image, width, height, label, classId, rounded(score, 6), ...corners, ...points]);
  });
}

/** One row: its cells are quoted where they must be. */
export function csvRow(cells: readonly (string | number)[]): string {
  return cells.map((cell) => quoted(`${cell}`)).join(",");
}

/** A leading or trailing space is quoted too, because some readers trim it. */
function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

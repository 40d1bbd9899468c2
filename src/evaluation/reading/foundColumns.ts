import { GROWTH, grown, tooMuch } from "./columns.ts";

/** What is evaluated. */
export type EvaluationType = "boxes" | "keypoints";

export interface FoundRow {
  readonly image: number;
  readonly category: number;
  readonly score: number;
  readonly box: readonly number[];
  readonly area: number;
  /** x, y and a score that is not read, per keypoint. */
  readonly points?: readonly number[];
  readonly pointCount: number;
  readonly where: string;
}

const FIRST_CAPACITY = 1024;
const BYTES_PER_ROW = 56;

/** One row per detection, in the order of the file: about 100 bytes each, with what sorting needs. */
export class FoundColumns {
  count = 0;
  images = new Int32Array(FIRST_CAPACITY);
  categories = new Int32Array(FIRST_CAPACITY);
  scores = new Float64Array(FIRST_CAPACITY);
  areas = new Float64Array(FIRST_CAPACITY);
  /** x, y, width and height in pixels. */
  boxes = new Float64Array(4 * FIRST_CAPACITY);
  /** x and y of each keypoint; empty for boxes. */
  points = new Float64Array(0);
  /** Keypoints of each row; 0 for boxes. */
  pointCount = 0;

  constructor(private readonly maxBytes = Number.POSITIVE_INFINITY) {}

  add(row: FoundRow): void {
    if (row.points && this.pointCount === 0) {
      this.pointCount = row.pointCount;
      this.points = new Float64Array(2 * row.pointCount * this.images.length);
    }
    if (this.count === this.images.length) this.grow(row.where);
    const i = this.count++;
    this.images[i] = row.image;
    this.categories[i] = row.category;
    this.scores[i] = row.score;
    this.areas[i] = row.area;
    const { boxes } = this;
    const { box } = row;
    boxes[4 * i] = box[0];
    boxes[4 * i + 1] = box[1];
    boxes[4 * i + 2] = box[2];
    boxes[4 * i + 3] = box[3];
    if (!row.points) return;
    const start = 2 * this.pointCount * i;
    for (let p = 0; p < this.pointCount; p++) {
      this.points[start + 2 * p] = row.points[3 * p];
      this.points[start + 2 * p + 1] = row.points[3 * p + 1];
    }
  }

  private grow(where: string): void {
    const capacity = Math.ceil(this.images.length * GROWTH);
    if (capacity * (BYTES_PER_ROW + 16 * this.pointCount) > this.maxBytes) {
      throw tooMuch(where, this.count, this.maxBytes);
    }
    this.images = grown(this.images, new Int32Array(capacity));
    this.categories = grown(this.categories, new Int32Array(capacity));
    this.scores = grown(this.scores, new Float64Array(capacity));
    this.areas = grown(this.areas, new Float64Array(capacity));
    this.boxes = grown(this.boxes, new Float64Array(4 * capacity));
    if (this.pointCount > 0)
      this.points = grown(this.points, new Float64Array(2 * this.pointCount * capacity));
  }
}

/** What the keypoints span, whatever their scores: x, y, width and height. */
export function extentOf(points: ArrayLike<number>, length: number, into: number[]): void {
  let [x0, y0, x1, y1] = [points[0], points[1], points[0], points[1]];
  for (let i = 3; i < length; i += 3) {
    x0 = Math.min(x0, points[i]);
    x1 = Math.max(x1, points[i]);
    y0 = Math.min(y0, points[i + 1]);
    y1 = Math.max(y1, points[i + 1]);
  }
  into[0] = x0;
  into[1] = y0;
  into[2] = x1 - x0;
  into[3] = y1 - y0;
}

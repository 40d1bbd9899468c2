import { GROWTH, grown, tooMuch } from "./columns.ts";

export interface TruthRow {
  readonly id: number;
  readonly image: number;
  readonly category: number;
  readonly box: readonly number[];
  readonly area: number;
  readonly crowd: boolean;
  /** `num_keypoints`. */
  readonly labelled?: number;
  readonly points?: readonly number[];
  readonly where: string;
}

const FIRST_CAPACITY = 256;
const BYTES_PER_ROW = 61;

/** One row per annotation, in the order of the file. */
export class TruthColumns {
  count = 0;
  ids = new Float64Array(FIRST_CAPACITY);
  images = new Int32Array(FIRST_CAPACITY);
  categories = new Int32Array(FIRST_CAPACITY);
  /** x, y, width and height in pixels. */
  boxes = new Float64Array(4 * FIRST_CAPACITY);
  areas = new Float64Array(FIRST_CAPACITY);
  crowds = new Uint8Array(FIRST_CAPACITY);
  /** Of each row: which one it is of those that have keypoints, or -1. */
  pointRows = new Int32Array(FIRST_CAPACITY);
  /** 1 if no keypoint is labelled, by `num_keypoints`. */
  unlabelled = new Uint8Array(FIRST_CAPACITY);
  /** x, y, v of each keypoint: `3 * keypointCount` numbers for each row that has them. */
  private points = new Float64Array(0);
  /** Rows that have keypoints. */
  private pointed = 0;
  /** Keypoints of each row that has some; undefined if none has. */
  keypointCount?: number;

  /** Of each row its place in the file, once rows were dropped. */
  private places?: Int32Array;

  constructor(private readonly maxBytes = Number.POSITIVE_INFINITY) {}

  add(row: TruthRow): void {
    if (this.count === this.images.length) this.grow(row.where);
    const i = this.count++;
    this.ids[i] = row.id;
    this.images[i] = row.image;
    this.categories[i] = row.category;
    for (let c = 0; c < 4; c++) this.boxes[4 * i + c] = row.box[c];
    this.areas[i] = row.area;
    this.crowds[i] = row.crowd ? 1 : 0;
    this.unlabelled[i] = row.labelled === 0 ? 1 : 0;
    this.pointRows[i] = -1;
    if (row.points) this.addPoints(i, row.points, row.where);
  }

  private addPoints(i: number, points: readonly number[], where: string): void {
    const { length } = points;
    this.keypointCount ??= length / 3;
    const start = this.pointed * length;
    if (start === this.points.length) {
      const capacity = Math.max(FIRST_CAPACITY, Math.ceil(this.pointed * GROWTH)) * length;
      if (8 * capacity > this.maxBytes) throw tooMuch(where, this.count, this.maxBytes);
      this.points = grown(this.points, new Float64Array(capacity));
    }
    this.points.set(points, start);
    this.pointRows[i] = this.pointed++;
  }

  /** x, y, v of each keypoint of a row; undefined if it has none. */
  pointsOf(row: number): Float64Array | undefined {
    const place = this.pointRows[row];
    const length = 3 * (this.keypointCount ?? 0);
    return place < 0 ? undefined : this.points.subarray(place * length, (place + 1) * length);
  }

  private grow(where: string): void {
    const capacity = Math.ceil(this.images.length * GROWTH);
    const bytes = capacity * BYTES_PER_ROW + this.points.byteLength;
    if (bytes > this.maxBytes) throw tooMuch(where, this.count, this.maxBytes);
    this.ids = grown(this.ids, new Float64Array(capacity));
    this.images = grown(this.images, new Int32Array(capacity));
    this.categories = grown(this.categories, new Int32Array(capacity));
    this.boxes = grown(this.boxes, new Float64Array(4 * capacity));
    this.areas = grown(this.areas, new Float64Array(capacity));
    this.crowds = grown(this.crowds, new Uint8Array(capacity));
    this.pointRows = grown(this.pointRows, new Int32Array(capacity));
    this.unlabelled = grown(this.unlabelled, new Uint8Array(capacity));
  }

  /** Two rows with one id. */
  repeatedId(): { id: number; first: number; second: number } | undefined {
    const { count, ids } = this;
    const sorted = ids.slice(0, count).sort();
    const at = sorted.findIndex((id, i) => i > 0 && id === sorted[i - 1]);
    if (at < 0) return undefined;
    const first = ids.indexOf(sorted[at]);
    return { id: sorted[at], first, second: ids.indexOf(sorted[at], first + 1) };
  }

  /** Drops the rows of other images and categories: how many, by the first reason that applies. */
  keepListed(hasImage: (index: number) => boolean, hasCategory: (index: number) => boolean) {
    const dropped = { images: 0, categories: 0 };
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (!hasImage(this.images[i])) dropped.images++;
      else if (!hasCategory(this.categories[i])) dropped.categories++;
      else {
        if (kept < i) this.move(i, kept);
        kept++;
      }
    }
    this.count = kept;
    return dropped;
  }

  /** The row's place in the file's list. */
  placeOf(row: number): number {
    return this.places?.[row] ?? row;
  }

  private move(from: number, to: number): void {
    this.places ??= Int32Array.from({ length: this.images.length }, (_, i) => i);
    this.places[to] = from;
    this.boxes.copyWithin(4 * to, 4 * from, 4 * from + 4);
    for (const column of [
      this.ids,
      this.images,
      this.categories,
      this.areas,
      this.crowds,
      this.pointRows,
      this.unlabelled,
    ]) {
      column[to] = column[from];
    }
  }

  renumber(images: Int32Array, categories: Int32Array): void {
    for (let i = 0; i < this.count; i++) {
      this.images[i] = images[this.images[i]];
      this.categories[i] = categories[this.categories[i]];
    }
  }
}

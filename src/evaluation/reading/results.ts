/**
 * Results as columns of numbers: COCO's results format (cocodataset.org/#format-results), as a list or as one entry a
 * line, or the lines of `centernet detect --json`.
 */

import { UsageError } from "../../errors.ts";
import { counted } from "../../support/counted.ts";
import { feed, feedWhole, type JsonSource, jsonBytesOf } from "../json/feed.ts";
import { type JsonBytes, KeyTable } from "../json/jsonBytes.ts";
import { JsonUnits, type UnitReader } from "../json/jsonUnits.ts";
import type { Annotations, ReadOptions } from "./annotations.ts";
import { DetectionLines } from "./detectionLines.ts";
import { type EvaluationType, extentOf, FoundColumns } from "./foundColumns.ts";
import { type ImageId, readImageId, readInteger, showId } from "./ids.ts";
import { checkBox, eachMember } from "./members.ts";
import { UnknownCategories } from "./unknownCategories.ts";

export interface ResultsOptions extends ReadOptions {
  /** What is evaluated. Default: what the first entry has; keypoints if it has both. */
  readonly type?: EvaluationType;
}

/** What was found: one row per detection, in the order of the files. */
export interface Results {
  readonly name: string;
  readonly type: EvaluationType;
  readonly found: FoundColumns;
  /** Positions of the annotated images that have a line; undefined unless these are lines of `detect --json`. */
  readonly lines?: ReadonlySet<number>;
  /** What was repaired or left out, a line each. */
  readonly notes: readonly string[];
}

/**
 * Reads the results of a detector for these annotations, from one file or the parts of several: shards in any order
 * give the same evaluation if no image is split.
 *
 * @throws UsageError for what is no results file, with the entry at fault, and for images that the annotations do not
 *   have.
 */
export async function readResults(
  sources: JsonSource | readonly { readonly source: JsonSource; readonly name: string }[],
  annotations: Annotations,
  options: ResultsOptions = {},
): Promise<Results> {
  const { name = "results", signal } = options;
  const files = Array.isArray(sources) ? sources : [{ source: sources as JsonSource, name }];
  const reader = new ResultsReader(annotations, options);
  for (const file of files) await feed(reader.open(file.name), file.source, signal);
  return reader.result(files.map((file) => file.name).join(", "));
}

/** The same for a list in COCO's form. @throws UsageError as `readResults`. */
export function resultsOf(list: unknown, annotations: Annotations, options: ResultsOptions = {}): Results {
  const reader = new ResultsReader(annotations, options);
  const { name = "results" } = options;
  feedWhole(reader.open(name), jsonBytesOf(list));
  return reader.result(name);
}

const KEYS = new KeyTable([
  "image_id",
  "category_id",
  "bbox",
  "keypoints",
  "score",
  "segmentation",
  "detections",
  "error",
  "annotations",
]);
const [IMAGE, CATEGORY, BOX, KEYPOINTS, SCORE, SEGMENTATION, DETECTIONS, ERROR, ANNOTATIONS] =
  KEYS.names.keys();

/** Lists of results have no named lists. */
const NO_LISTS = new KeyTable([]);
const MAX_UNKNOWN_SHOWN = 3;

class ResultsReader implements UnitReader {
  readonly lists = NO_LISTS;
  private type?: EvaluationType;
  /** The first entry decides for all, as in pycocotools: whether areas come from boxes or from keypoints. */
  private hasBoxes?: boolean;
  private readonly found: FoundColumns;
  private readonly lines: DetectionLines;
  private readonly categories: UnknownCategories;
  private readonly unknown: ImageId[] = [];
  private unknownCount = 0;
  private negative = 0;
  private fromKeypoints = 0;
  private name = "";
  /** Which of the files is read. */
  private file = -1;
  /** Of each annotated image the first file that has results of it, or -1. */
  private readonly fileOf: Int32Array;
  private readonly splitImages = new Set<number>();
  private readonly box: number[] = [];
  private readonly points: number[] = [];

  constructor(
    private readonly annotations: Annotations,
    { type, maxBytes }: ResultsOptions,
  ) {
    this.type = type;
    this.found = new FoundColumns(maxBytes);
    this.fileOf = new Int32Array(annotations.images.length).fill(-1);
    this.categories = new UnknownCategories(annotations);
    this.lines = new DetectionLines(annotations, type);
  }

  open(name: string): JsonUnits {
    this.name = name;
    this.file++;
    return new JsonUnits(name, "entries", this);
  }

  unit(json: JsonBytes): void {
    const start = json.position;
    const { box, points } = this;
    let image: ImageId | undefined;
    let category: number | undefined;
    let score: number | undefined;
    let boxLength = -1;
    let pointsLength = -1;
    let isSegmentation = false;
    let isLine = false;
    eachMember(json, KEYS, (key) => {
      if (key === IMAGE) image = readImageId(json);
      else if (key === CATEGORY) category = readInteger(json);
      else if (key === BOX) boxLength = json.numbers(box);
      else if (key === KEYPOINTS) pointsLength = json.numbers(points);
      else if (key === SCORE) score = json.number();
      else {
        if (key === ANNOTATIONS) json.fail("COCO results", "an annotations file");
        isSegmentation ||= key === SEGMENTATION;
        isLine ||= key === DETECTIONS || key === ERROR;
        json.skip();
      }
    });
    if (isLine) {
      this.lines.add(json, start, this.found, this.name);
      return;
    }
    if (image === undefined && category === undefined && score === undefined) {
      json.fail("a result with image_id, category_id and score", "an object with none of them");
    }
    if (image === undefined) json.fail("an image_id", "none");
    if (category === undefined) json.fail("a category_id", "none");
    if (score === undefined) json.fail("a score", "none");
    if (this.hasBoxes === undefined) this.decide(json, boxLength > 0, pointsLength > 0, isSegmentation);
    const isBoxes = this.type === "boxes";
    if (this.hasBoxes) checkBox(json, boxLength);
    if (!isBoxes || !this.hasBoxes) this.checkPoints(json, pointsLength);
    const imageIndex = this.annotations.imageIndex(image);
    if (imageIndex === undefined) {
      this.unknownCount++;
      if (this.unknown.length < MAX_UNKNOWN_SHOWN && !this.unknown.includes(image)) this.unknown.push(image);
      return;
    }
    if (this.fileOf[imageIndex] < 0) this.fileOf[imageIndex] = this.file;
    else if (this.fileOf[imageIndex] !== this.file) this.splitImages.add(imageIndex);
    const categoryIndex = this.annotations.categoryIndex(category);
    this.categories.see(category, categoryIndex === undefined);
    if (categoryIndex === undefined) return;
    if (!this.hasBoxes) {
      extentOf(points, pointsLength, box);
      if (isBoxes) this.fromKeypoints++;
    } else if (box[2] < 0 || box[3] < 0) this.negative++;
    this.found.add({
      image: imageIndex,
      category: categoryIndex,
      score,
      box,
      // Of keypoints pycocotools subtracts corners; of boxes it multiplies sides.
      area: box[2] * box[3],
      points: isBoxes ? undefined : points,
      pointCount: pointsLength / 3,
      where: this.name,
    });
  }

  private decide(json: JsonBytes, hasBoxes: boolean, hasPoints: boolean, isSegmentation: boolean): void {
    if (!hasBoxes && !hasPoints) {
      const hint = isSegmentation ? "Segmentation is not evaluated." : undefined;
      json.fail("a bbox or keypoints", isSegmentation ? "a segmentation" : "neither", hint);
    }
    this.type ??= hasPoints ? "keypoints" : "boxes";
    if (this.type === "keypoints" && !hasPoints) json.fail("keypoints [x, y, score, ...]", "none");
    this.hasBoxes = hasBoxes;
  }

  private checkPoints(json: JsonBytes, length: number): void {
    const expected = this.found.pointCount || this.annotations.truth.keypointCount;
    if (length < 0) json.fail("keypoints [x, y, score, ...]", "none");
    if (length % 3 !== 0 || length === 0 || (expected !== undefined && length !== 3 * expected)) {
      const wanted =
        expected === undefined ? "three numbers per keypoint" : `${3 * expected} numbers in keypoints`;
      json.fail(wanted, `${length}`);
    }
  }

  result(name: string): Results {
    if (this.unknownCount > 0) throw this.unknownImages(name);
    const notes = [
      ...this.categories.notes(),
      ...(this.negative > 0
        ? [`${counted(this.negative, "result")} with a negative width or height, which no truth matches`]
        : []),
      ...(this.fromKeypoints > 0
        ? [
            `boxes of ${counted(this.fromKeypoints, "result")} taken as what their keypoints span, as in pycocotools`,
          ]
        : []),
      ...(this.splitImages.size > 0
        ? [
            `${counted(this.splitImages.size, "image")} with results in several files: all of them count; are the files parts of one set?`,
          ]
        : []),
      ...this.lines.notes(),
    ];
    const { seen, type } = this.lines;
    return {
      name,
      type: this.type ?? type ?? "boxes",
      found: this.found,
      ...(seen.size > 0 && { lines: seen }),
      notes,
    };
  }

  private unknownImages(name: string): UsageError {
    const { images } = this.annotations;
    const theirs = this.unknown.map(showId).join(", ");
    const ours = images
      .slice(0, MAX_UNKNOWN_SHOWN)
      .map(({ id }) => showId(id))
      .join(", ");
    const [id] = this.unknown;
    const differs = images.length > 0 && typeof id !== typeof images[0].id;
    const types = differs
      ? ` One file's are ${typeof id === "number" ? "numbers" : "text"}, the other's are not.`
      : "";
    return new UsageError({
      where: name,
      expected: `image ids of ${this.annotations.name} (${ours || "none"})`,
      got: `${counted(this.unknownCount, "result")} of other images (${theirs})`,
      hint: `Are these the annotations of the images that were detected?${types}`,
    });
  }
}

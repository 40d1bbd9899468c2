/** COCO annotations (cocodataset.org/#format-data) as columns of numbers: what an evaluation reads of them. */

import { UsageError } from "../../errors.ts";
import { counted } from "../../support/counted.ts";
import { feed, feedWhole, type JsonSource, jsonBytesOf } from "../json/feed.ts";
import { type JsonBytes, KeyTable } from "../json/jsonBytes.ts";
import { JsonUnits, type UnitPlace, type UnitReader } from "../json/jsonUnits.ts";
import { IdTable, type ImageId, readImageId, readInteger, showId } from "./ids.ts";
import { checkBox, eachMember, readSide, readTruthy } from "./members.ts";
import { TruthColumns } from "./truthColumns.ts";

export interface AnnotatedImage {
  readonly id: ImageId;
  /** Empty if the file has none. */
  readonly fileName: string;
  /** In pixels, if the file says so. */
  readonly width?: number;
  readonly height?: number;
}

export interface Category {
  readonly id: number;
  readonly name: string;
}

/** The truth: images, categories, and one row per annotation. */
export interface Annotations {
  /** The file's name, for errors. */
  readonly name: string;
  readonly images: readonly AnnotatedImage[];
  readonly categories: readonly Category[];
  /** Rows of images and categories that the file does not list are left out. */
  readonly truth: TruthColumns;
  /** What was repaired or left out, a line each. */
  readonly notes: readonly string[];
  /** The position of an image in `images`; undefined for an id that it does not have. */
  imageIndex(id: ImageId): number | undefined;
  categoryIndex(id: number): number | undefined;
}

export interface ReadOptions {
  /** The file's name, for errors. */
  readonly name?: string;
  /** The most bytes of memory that the entries may take. Default: no limit. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads a COCO annotations file of any length: `for await` of its parts, or its bytes.
 *
 * @throws UsageError for what is no COCO annotations file, with the entry at fault.
 */
export async function readAnnotations(source: JsonSource, options: ReadOptions = {}): Promise<Annotations> {
  const reader = new AnnotationsReader(options);
  await feed(reader.units, source, options.signal);
  return reader.result();
}

/** The same for an object in COCO's form. @throws UsageError as `readAnnotations`. */
export function annotationsOf(file: unknown, options: ReadOptions = {}): Annotations {
  const reader = new AnnotationsReader({ name: "annotations", ...options });
  feedWhole(reader.units, jsonBytesOf(file));
  return reader.result();
}

const LISTS = new KeyTable(["images", "categories", "annotations"]);
const IMAGE_KEYS = new KeyTable([
  "id",
  "file_name",
  "width",
  "height",
  "neg_category_ids",
  "not_exhaustive_category_ids",
]);
const CATEGORY_KEYS = new KeyTable(["id", "name"]);
const KEYS = new KeyTable([
  "id",
  "image_id",
  "category_id",
  "bbox",
  "area",
  "iscrowd",
  "num_keypoints",
  "keypoints",
  "ignore",
]);
const [ID, IMAGE, CATEGORY, BOX, AREA, CROWD, COUNT, KEYPOINTS, IGNORE] = KEYS.names.keys();

class AnnotationsReader implements UnitReader {
  readonly lists = LISTS;
  readonly units: JsonUnits;
  private readonly name: string;
  private readonly images = new IdTable<ImageId>();
  /** Undefined for an image that only annotations mention. */
  private readonly listedImages: (Omit<AnnotatedImage, "id"> | undefined)[] = [];
  private readonly categories = new IdTable<number>();
  private readonly categoryNames: (string | undefined)[] = [];
  private readonly truth: TruthColumns;
  private readonly seen = new Set<string>();
  private readonly box: number[] = [];
  private readonly points: number[] = [];
  private readonly counts = { noCrowd: 0, noArea: 0, ignore: 0, noCount: 0, negative: 0, negativeArea: 0 };

  constructor({ name = "annotations", maxBytes }: ReadOptions) {
    this.name = name;
    this.truth = new TruthColumns(maxBytes);
    this.units = new JsonUnits(name, "object", this);
  }

  begin(list: string): void {
    if (this.seen.has(list)) this.refuse(`one list ${list}`, "two");
    this.seen.add(list);
  }

  private refuse(expected: string, got: string, hint?: string): never {
    throw new UsageError({ where: this.name, expected, got, hint });
  }

  unit(json: JsonBytes, { list }: UnitPlace): void {
    if (list === "images") this.image(json);
    else if (list === "categories") this.category(json);
    else this.annotation(json);
  }

  private image(json: JsonBytes): void {
    let id: ImageId | undefined;
    let fileName = "";
    let width: number | undefined;
    let height: number | undefined;
    eachMember(json, IMAGE_KEYS, (key) => {
      if (key === 0) id = readImageId(json);
      else if (key === 1) fileName = json.string();
      else if (key === 2) width = readSide(json);
      else if (key === 3) height = readSide(json);
      else if (key > 3) {
        json.member = "";
        json.fail(
          "COCO annotations",
          "those of LVIS",
          "LVIS counts only some classes per image: its own API evaluates it.",
        );
      } else json.skip();
    });
    if (id === undefined) json.fail("an id", "none");
    const known = this.images.indexOf(id);
    if (known !== undefined && this.listedImages[known] !== undefined)
      json.fail("a new image id", `${showId(id)} again`);
    this.checkKind(json, id);
    this.listedImages[this.images.add(id, this.name)] = { fileName, width, height };
  }

  /** Images and annotations name images by ids of one kind: 1 and "1" are two images. */
  private checkKind(json: JsonBytes, id: ImageId): void {
    const other = this.images.ids[0];
    if (other === undefined || typeof other === typeof id) return;
    json.fail("image ids that are all numbers or all text", `${showId(other)} and ${showId(id)}`);
  }

  private category(json: JsonBytes): void {
    let id: number | undefined;
    let name: string | undefined;
    eachMember(json, CATEGORY_KEYS, (key) => {
      if (key === 0) id = readInteger(json);
      else if (key === 1) name = json.string();
      else json.skip();
    });
    if (id === undefined) json.fail("an id", "none");
    const known = this.categories.indexOf(id);
    if (known !== undefined && this.categoryNames[known] !== undefined)
      json.fail("a new category id", `${id} again`);
    this.categoryNames[this.categories.add(id, this.name)] = name ?? `class ${id}`;
  }

  private annotation(json: JsonBytes): void {
    const { box, points, counts, truth } = this;
    let id: number | undefined;
    let image: ImageId | undefined;
    let category: number | undefined;
    let boxLength = -1;
    let area: number | undefined;
    let crowd: boolean | undefined;
    let labelled: number | undefined;
    let pointsLength = -1;
    let hasIgnore = false;
    eachMember(json, KEYS, (key) => {
      if (key === ID) id = readInteger(json);
      else if (key === IMAGE) image = readImageId(json);
      else if (key === CATEGORY) category = readInteger(json);
      else if (key === BOX) boxLength = json.numbers(box);
      else if (key === AREA) area = json.number();
      else if (key === CROWD) crowd = readTruthy(json);
      else if (key === COUNT) labelled = json.number();
      else if (key === KEYPOINTS) pointsLength = json.numbers(points);
      else if (key === IGNORE) hasIgnore = readTruthy(json);
      else json.skip();
    });
    if (id === undefined) json.fail("an id", "none");
    if (image === undefined) json.fail("an image_id", "none");
    this.checkKind(json, image);
    if (category === undefined) json.fail("a category_id", "none");
    checkBox(json, boxLength);
    if (pointsLength > 0) {
      const before = truth.keypointCount;
      if (pointsLength % 3 !== 0 || (before !== undefined && pointsLength !== 3 * before)) {
        const expected =
          before === undefined ? "keypoints [x, y, v, ...]" : `${3 * before} numbers in keypoints`;
        json.fail(expected, `${pointsLength} numbers`);
      }
      if (labelled === undefined) {
        counts.noCount++;
        labelled = 0;
        for (let i = 2; i < pointsLength; i += 3) if (points[i] > 0) labelled++;
      }
    }
    if (crowd === undefined) counts.noCrowd++;
    if (area === undefined) counts.noArea++;
    if (hasIgnore) counts.ignore++;
    if (box[2] < 0 || box[3] < 0) counts.negative++;
    else if (area !== undefined && area < 0) counts.negativeArea++;
    truth.add({
      id,
      image: this.images.add(image, this.name),
      category: this.categories.add(category, this.name),
      box,
      area: area ?? box[2] * box[3],
      crowd: crowd ?? false,
      labelled,
      points: pointsLength > 0 ? points.slice(0, pointsLength) : undefined,
      where: this.name,
    });
  }

  result(): Annotations {
    const { truth, name } = this;
    for (const list of LISTS.names) {
      if (this.seen.has(list)) continue;
      const hint =
        list === "annotations" ? "COCO's test sets have none: only their server evaluates." : undefined;
      this.refuse(`a list ${list}, as a COCO annotations file has`, "none", hint);
    }
    const again = truth.repeatedId();
    if (again) {
      this.refuse(
        "each annotation id once",
        `${again.id} in annotations[${again.first}] and annotations[${again.second}]`,
        "Number the annotations anew.",
      );
    }
    const { images, categories, listedImages, categoryNames } = this;
    const listed = {
      images: listedIds(images, listedImages),
      categories: listedIds(categories, categoryNames),
    };
    const left = truth.keepListed(
      (image) => listedImages[image] !== undefined,
      (category) => categoryNames[category] !== undefined,
    );
    // Ids that only annotations mention come after or between the listed ones: rows take the listed positions.
    truth.renumber(listed.images.positions, listed.categories.positions);
    return {
      name,
      images: listed.images.kept.map((i) => ({ id: images.ids[i], ...(listedImages[i] ?? NO_FILE) })),
      categories: listed.categories.kept.map((i) => ({
        id: categories.ids[i],
        name: categoryNames[i] ?? "",
      })),
      truth,
      notes: this.notes(left),
      imageIndex: (id) => positionOf(images.indexOf(id), listed.images.positions),
      categoryIndex: (id) => positionOf(categories.indexOf(id), listed.categories.positions),
    };
  }

  private notes({ images, categories }: { images: number; categories: number }): string[] {
    const { noCrowd, noArea, ignore, noCount, negative, negativeArea } = this.counts;
    const all = [
      [noCrowd, "without iscrowd: taken as 0"],
      [noArea, "without area: taken as width x height"],
      [noCount, "without num_keypoints: counted from keypoints"],
      [ignore, "with a field ignore, which has no effect, as in pycocotools"],
      [negative, "with a negative width or height, which no detection can match"],
      [negativeArea, "with a negative area, which lies in no range: ignored"],
      [images, "of images that the file does not list: left out"],
      [categories, "of categories that the file does not list: left out"],
    ] as const;
    return all.flatMap(([count, text]) => {
      return count === 0 ? [] : [`${counted(count, "annotation")} ${text}`];
    });
  }
}

const NO_FILE = { fileName: "" };

function listedIds(table: IdTable<ImageId>, names: readonly unknown[]) {
  const positions = new Int32Array(table.ids.length).fill(-1);
  const kept: number[] = [];
  for (let i = 0; i < table.ids.length; i++) {
    if (names[i] === undefined) continue;
    positions[i] = kept.length;
    kept.push(i);
  }
  return { positions, kept };
}

function positionOf(index: number | undefined, positions: Int32Array): number | undefined {
  return index === undefined || positions[index] < 0 ? undefined : positions[index];
}

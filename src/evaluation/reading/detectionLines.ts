/** The lines of `centernet detect --json` as results: images by name, classes by name. */

import { counted } from "../../support/counted.ts";
import type { JsonBytes } from "../json/jsonBytes.ts";
import type { Annotations } from "./annotations.ts";
import { type EvaluationType, extentOf, type FoundColumns } from "./foundColumns.ts";
import { ImageNames } from "./imageNames.ts";

interface Line {
  readonly image?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly model?: unknown;
  readonly error?: unknown;
  readonly detections?: unknown;
  readonly leftOut?: { readonly score?: LeftOut; readonly max?: LeftOut; readonly classes?: LeftOut };
}

interface LeftOut {
  readonly count?: unknown;
}

type Json = Readonly<Record<string, unknown>>;

export class DetectionLines {
  private readonly names: ImageNames;
  private readonly byName = new Map<string, number[]>();
  /** The images that have a line. */
  readonly seen = new Set<number>();
  private readonly unnamed = new Map<string, number>();
  private failed = 0;
  private otherSizes = 0;
  /** The first image of another size, in words. */
  private otherSize = "";
  private cut = { score: 0, max: 0, classes: 0 };
  private mapped = 0;
  /** Classes whose ids differ, in words. */
  private readonly mappings = new Set<string>();
  /** Detections that have a box and keypoints. */
  private both = 0;
  private readonly typeWasGiven: boolean;

  constructor(
    private readonly annotations: Annotations,
    public type: EvaluationType | undefined,
  ) {
    this.typeWasGiven = type !== undefined;
    this.names = new ImageNames(annotations.images);
    for (const [i, { name }] of annotations.categories.entries()) {
      const key = name.toLowerCase();
      this.byName.set(key, [...(this.byName.get(key) ?? []), i]);
    }
  }

  /** The line from `start` to the reader's position. @throws UsageError for an image that the annotations do not have. */
  add(json: JsonBytes, start: number, found: FoundColumns, where: string): void {
    const text = new TextDecoder().decode(json.bytes.subarray(start, json.position)).replace(/^[\s,]+/, "");
    const line = JSON.parse(text) as Line;
    if (typeof line.image !== "string") json.fail("a line of centernet detect --json, with an image", "none");
    const image = this.names.find(line.image);
    if (image === undefined) {
      const first = this.annotations.images[0]?.fileName;
      json.fail(
        `a file_name of ${this.annotations.name}`,
        line.image,
        first ? `Its first is ${first}.` : undefined,
      );
    }
    if (this.seen.has(image)) json.fail("one line per image", `${line.image} again`);
    this.seen.add(image);
    if (line.error !== undefined && line.error !== null) {
      this.failed++;
      return;
    }
    const { detections } = line;
    if (!Array.isArray(detections)) json.fail("a list detections", kindOf(detections));
    this.compareSize(image, line);
    for (const reason of ["score", "max", "classes"] as const) {
      if (Number(line.leftOut?.[reason]?.count ?? 0) > 0) this.cut[reason]++;
    }
    for (const [i, detection] of detections.entries()) {
      this.detection(json, i, detection, { image, found, where });
    }
  }

  /** Boxes of an image of another size lie elsewhere. */
  private compareSize(image: number, { width, height }: Line): void {
    const { fileName, ...annotated } = this.annotations.images[image];
    if (![width, height, annotated.width, annotated.height].every((side) => typeof side === "number")) return;
    if (width === annotated.width && height === annotated.height) return;
    this.otherSizes++;
    this.otherSize ||= `${fileName}: ${width} x ${height}, annotated ${annotated.width} x ${annotated.height}`;
  }

  private detection(
    json: JsonBytes,
    index: number,
    detection: unknown,
    to: { image: number; found: FoundColumns; where: string },
  ): void {
    const refuse: (expected: string, got: string) => never = (expected, got) =>
      json.fail(`${expected} in detections[${index}]`, got);
    const numberOf = (value: unknown, name: string) =>
      typeof value === "number" ? value : refuse(`a number ${name}`, kindOf(value));
    if (!isObject(detection)) json.fail(`an object detections[${index}]`, kindOf(detection));
    const { label, classId, score, box, keypoints, derived } = detection;
    if (typeof label !== "string") refuse("text label", kindOf(label));
    if (keypoints !== undefined && !Array.isArray(keypoints)) refuse("a list keypoints", kindOf(keypoints));
    if (box === undefined && keypoints === undefined) refuse("a box or keypoints", "neither");
    const hasBox = box !== undefined && !(Array.isArray(derived) && derived.includes("box"));
    const category = this.category(json, label, Number(classId));
    if (category === undefined) return;
    this.type ??= this.typeOf(hasBox, keypoints !== undefined);
    const isBoxes = this.type === "boxes";
    if (hasBox && keypoints !== undefined) this.both++;
    // A detector of several kinds has no keypoints for most of them.
    if (isBoxes ? !hasBox : keypoints === undefined) return;
    const points: number[] = [];
    for (const point of keypoints ?? []) {
      if (!isObject(point)) refuse("keypoints { x, y }", kindOf(point));
      points.push(numberOf(point.x, "x"), numberOf(point.y, "y"), 0);
    }
    const sides = [0, 0, 0, 0];
    if (isBoxes) {
      if (!isObject(box)) refuse("a box { xmin, ymin, xmax, ymax }", kindOf(box));
      const [xmin, ymin] = [numberOf(box.xmin, "xmin"), numberOf(box.ymin, "ymin")];
      sides.splice(0, 4, xmin, ymin, numberOf(box.xmax, "xmax") - xmin, numberOf(box.ymax, "ymax") - ymin);
    } else {
      const expected = to.found.pointCount || this.annotations.truth.keypointCount;
      if (points.length === 0 || (expected !== undefined && points.length !== 3 * expected)) {
        refuse(`${expected ?? "some"} keypoints`, String(points.length / 3));
      }
      extentOf(points, points.length, sides);
    }
    if (!sides.every(Number.isFinite)) refuse("sides within float64", "a larger one");
    to.found.add({
      image: to.image,
      category,
      score: numberOf(score, "score"),
      box: sides,
      area: sides[2] * sides[3],
      points: isBoxes ? undefined : points,
      pointCount: points.length / 3,
      where: to.where,
    });
  }

  /** What has both is evaluated by what the annotations have. */
  private typeOf(hasBox: boolean, hasKeypoints: boolean): EvaluationType {
    const areLabelled = this.annotations.truth.keypointCount !== undefined;
    return hasKeypoints && (areLabelled || !hasBox) ? "keypoints" : "boxes";
  }

  /** By name; by id only for classes that have no name but their number. */
  private category(json: JsonBytes, label: string, classId: number): number | undefined {
    const named = this.named(json, label, classId);
    if (named !== undefined) {
      const { id } = this.annotations.categories[named];
      if (id !== classId) {
        this.mapped++;
        this.mappings.add(`${label} ${classId} to ${id}`);
      }
      return named;
    }
    const numbered = label === `class ${classId}` ? this.annotations.categoryIndex(classId) : undefined;
    if (numbered === undefined) this.unnamed.set(label, (this.unnamed.get(label) ?? 0) + 1);
    return numbered;
  }

  /** Of several categories with this name the one with the id, else the one whose name has the same case. */
  private named(json: JsonBytes, label: string, classId: number): number | undefined {
    const { categories } = this.annotations;
    const same = this.byName.get(label.toLowerCase()) ?? [];
    if (same.length < 2) return same[0];
    const withId = same.find((i) => categories[i].id === classId);
    if (withId !== undefined) return withId;
    const exact = same.filter((i) => categories[i].name === label);
    if (exact.length === 1) return exact[0];
    const ids = same.map((i) => categories[i].id).join(", ");
    const hint = "Rename the others, or give results with a category_id.";
    return json.fail("a class name of one category", `${label}, that of categories ${ids}`, hint);
  }

  notes(): string[] {
    const { score, max, classes } = this.cut;
    const lack = (count: number, what: string) =>
      `${counted(count, "line")} ${count === 1 ? "lacks" : "lack"} ${what}`;
    const unnamed = [...this.unnamed.values()].reduce((sum, count) => sum + count, 0);
    const asBoxes = this.typeWasGiven || this.type === "boxes" ? 0 : this.both;
    const all: readonly (readonly [number, string])[] = [
      [score, `${lack(score, "detections below --score")}, which lowers recall: detect with --score 0`],
      [max, lack(max, "detections beyond --max")],
      [classes, lack(classes, "classes that --classes left out")],
      [this.failed, `${counted(this.failed, "image")} failed: evaluated as without detections`],
      [
        this.otherSizes,
        `${counted(this.otherSizes, "image")} of another size than annotated (${this.otherSize}): boxes may lie elsewhere`,
      ],
      [
        this.mapped,
        `${counted(this.mapped, "detection")} given the annotations' category id by the class's name (${listed(this.mappings)})`,
      ],
      [
        unnamed,
        `${counted(unnamed, "detection")} of classes that the annotations do not have (${listed(this.unnamed.keys())}): left out`,
      ],
      [
        asBoxes,
        `${counted(asBoxes, "detection")} also ${asBoxes === 1 ? "has a box" : "have boxes"}: --type boxes evaluates them`,
      ],
    ];
    return all.flatMap(([count, text]) => (count === 0 ? [] : [text]));
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands in place of what was expected, in words. */
function kindOf(value: unknown): string {
  if (value === undefined) return "none";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  return typeof value === "string" ? `text ${JSON.stringify(value.slice(0, MAX_TEXT))}` : String(value);
}

const MAX_TEXT = 40;
const MAX_SHOWN = 5;

function listed(names: Iterable<string>): string {
  const all = [...names];
  return `${all.slice(0, MAX_SHOWN).join(", ")}${all.length > MAX_SHOWN ? ", …" : ""}`;
}

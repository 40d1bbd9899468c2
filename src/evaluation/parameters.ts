/** What is evaluated and how: the parameters of pycocotools and their defaults, bit for bit. */
import { UsageError } from "../errors.ts";
import type { Annotations } from "./reading/annotations.ts";
import type { EvaluationType } from "./reading/foundColumns.ts";
import { compareIds, type ImageId, showId } from "./reading/ids.ts";

/** Areas in square pixels. Both ends belong to the range. */
export interface AreaRange {
  readonly label: string;
  readonly min: number;
  readonly max: number;
}

export interface EvaluationOptions {
  /** Default: all of the annotations. */
  readonly imageIds?: readonly ImageId[];
  /** Default: all of the annotations. */
  readonly categoryIds?: readonly number[];
  /** Default: 0.5, 0.55, ... 0.95. */
  readonly iouThresholds?: readonly number[];
  /** Default: 0, 0.01, ... 1. */
  readonly recallThresholds?: readonly number[];
  /** How many detections of each image and category count. Default: 1, 10, 100; for keypoints 20. */
  readonly maxDetections?: readonly number[];
  /** Default: all, small (to 32²), medium (to 96²), large; for keypoints without small. */
  readonly areas?: readonly AreaRange[];
  /** Boxes only: all categories as one. */
  readonly classAgnostic?: boolean;
  /** Keypoints only: how far off each keypoint is by nature. Default: COCO's 17. */
  readonly sigmas?: readonly number[];
}

/** The options with their defaults: images and categories sorted, thresholds in the order given. */
export interface EvaluationParameters {
  readonly type: EvaluationType;
  readonly imageIds: readonly ImageId[];
  /** -1 alone if it is class-agnostic. */
  readonly categoryIds: readonly number[];
  readonly iouThresholds: readonly number[];
  readonly recallThresholds: readonly number[];
  readonly maxDetections: readonly number[];
  readonly areas: readonly AreaRange[];
  readonly classAgnostic: boolean;
  /** Empty for boxes. */
  readonly sigmas: readonly number[];
  /** The categories' positions in the annotations, in the order in which class-agnostic results are joined. */
  readonly categories: readonly number[];
  /** The images' positions in the annotations, by ascending id. */
  readonly images: readonly number[];
}

/** As numpy.linspace makes them: 0.8999999999999999 is among them, and 0.9 is not. */
const IOU_THRESHOLDS = Array.from({ length: 10 }, (_, i) => (i === 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9)));
/** Products, not quotients: 0.5700000000000001. */
const RECALL_THRESHOLDS = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01));
const ALL: AreaRange = { label: "all", min: 0, max: 1e10 };
const SMALL: AreaRange = { label: "small", min: 0, max: 1024 };
const MEDIUM: AreaRange = { label: "medium", min: 1024, max: 9216 };
const LARGE: AreaRange = { label: "large", min: 9216, max: 1e10 };
/** COCO's, in the order of its 17 keypoints; quotients as pycocotools writes them. */
const SIGMAS = [
  0.26, 0.25, 0.25, 0.35, 0.35, 0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89,
].map((sigma) => sigma / 10);

const DEFAULTS = {
  boxes: { maxDetections: [1, 10, 100], areas: [ALL, SMALL, MEDIUM, LARGE] },
  keypoints: { maxDetections: [20], areas: [ALL, MEDIUM, LARGE] },
} as const;

/** Half a gigabyte for each of two arrays. */
const MAX_ENTRIES = 2 ** 26;

/** @throws UsageError for an option that cannot be, and for arrays that do not fit in memory. */
export function evaluationParameters(
  annotations: Annotations,
  type: EvaluationType,
  options: EvaluationOptions = {},
): EvaluationParameters {
  const { classAgnostic = false, areas = DEFAULTS[type].areas } = options;
  const iouThresholds = finite("iouThresholds", options.iouThresholds ?? IOU_THRESHOLDS);
  const recallThresholds = finite("recallThresholds", options.recallThresholds ?? RECALL_THRESHOLDS);
  const maxDetections = [...finite("maxDetections", options.maxDetections ?? DEFAULTS[type].maxDetections)];
  maxDetections.sort((a, b) => a - b);
  const isCount = maxDetections.every((count) => Number.isInteger(count) && count > 0);
  const least = type === "boxes" ? 3 : 1;
  if (!isCount || maxDetections.length < least) {
    const expected =
      type === "boxes" ? "at least three positive integers, as in 1, 10, 100" : "positive integers";
    throw refused("maxDetections", expected, maxDetections.join(", "));
  }
  if (areas.length === 0 || new Set(areas.map(({ label }) => label)).size < areas.length) {
    throw refused(
      "areas",
      "ranges with labels of their own",
      areas.map(({ label }) => label).join(", ") || "none",
    );
  }
  if (areas.some(({ min, max }) => !(min <= max))) throw refused("areas", "min <= max", "the reverse");
  if (options.sigmas && type === "boxes") throw refused("sigmas", "keypoints", "boxes, which have none");
  if (classAgnostic && type === "keypoints") {
    throw refused("classAgnostic", "boxes", "keypoints, whose sigmas belong to a class");
  }
  const imageIds = unique(options.imageIds ?? annotations.images.map(({ id }) => id)).sort(compareIds);
  const images = imageIds.map((id) => known("imageIds", "an image id", annotations.imageIndex(id), id));
  const chosen = unique(options.categoryIds ?? sorted(annotations.categories.map(({ id }) => id)));
  const joined = classAgnostic ? chosen : sorted(chosen);
  const categories = joined.map((id) =>
    known("categoryIds", "a category id", annotations.categoryIndex(id), id),
  );
  const K = classAgnostic ? 1 : joined.length;
  const entries = iouThresholds.length * recallThresholds.length * K * areas.length * maxDetections.length;
  if (entries > MAX_ENTRIES) {
    const expected = `at most ${MAX_ENTRIES} entries of precision [T, R, K, A, M]`;
    const hint = "Evaluate fewer categories at a time.";
    throw new UsageError({ where: "option categoryIds", expected, got: `${entries}`, hint });
  }
  return {
    type,
    imageIds,
    images,
    categoryIds: classAgnostic ? [-1] : joined,
    categories,
    iouThresholds,
    recallThresholds,
    maxDetections,
    areas,
    classAgnostic,
    sigmas: type === "keypoints" ? sigmasOf(annotations, options.sigmas) : [],
  };
}

function sigmasOf({ truth, name }: Annotations, given: readonly number[] | undefined): readonly number[] {
  const sigmas = given ?? SIGMAS;
  const { keypointCount } = truth;
  if (sigmas.some((sigma) => !(sigma > 0))) throw refused("sigmas", "positive numbers", sigmas.join(", "));
  if (keypointCount !== undefined && keypointCount !== sigmas.length) {
    const expected = `one for each of the ${keypointCount} keypoints of ${name}`;
    throw refused("sigmas", expected, `${sigmas.length}${given ? "" : ", COCO's"}`);
  }
  return sigmas;
}

function finite(name: string, numbers: readonly number[]): readonly number[] {
  const isFit =
    numbers.length > 0 && numbers.every(Number.isFinite) && new Set(numbers).size === numbers.length;
  if (isFit) return numbers;
  throw refused(name, "different finite numbers", numbers.join(", ") || "none");
}

function known(name: string, expected: string, index: number | undefined, id: ImageId): number {
  if (index !== undefined) return index;
  throw refused(name, `${expected} of the annotations`, showId(id));
}

function refused(name: string, expected: string, got: string): UsageError {
  return new UsageError({ where: `option ${name}`, expected, got });
}

function unique<Id>(ids: readonly Id[]): Id[] {
  return [...new Set(ids)];
}

function sorted(ids: readonly number[]): number[] {
  return [...ids].sort((a, b) => a - b);
}

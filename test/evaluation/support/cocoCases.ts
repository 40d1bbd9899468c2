/** The golden cases of pycocotools: test/goldens/coco-eval holds them all, the large arrays as digests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EvaluationOptions } from "../../../src/evaluation/parameters.ts";
import type { EvaluationType } from "../../../src/evaluation/reading/foundColumns.ts";
import { OWN_GOLDENS } from "../../support/goldens.ts";

export const COCO_CASES = join(OWN_GOLDENS, "coco-eval");

/** All but `unknown-image`, which is refused. */
export const CASES = [
  "annotation-id-zero",
  "area-edges",
  "class-agnostic",
  "crowd-ignore",
  "custom-params",
  "degenerate-boxes",
  "five-points",
  "keypoint-edges",
  "many-detections",
  "maxdets-250",
  "no-detections",
  "odd-ids",
  "people",
  "people-with-boxes",
  "realistic-80",
  "score-ties",
  "sparse",
  "threshold-one",
  "thresholds",
  "tiny-boxes",
  "tiny-scores",
] as const;

export interface Digest {
  readonly sha256: string;
}

export interface Expected {
  readonly stats: number[];
  readonly statsNames: string[];
  readonly apAtLastMaxDets: number;
  readonly counts: number[];
  readonly perCategory: Record<string, number>[];
  readonly arrays: { readonly precision: Digest; readonly recall: Digest; readonly scores: Digest };
  readonly withIdsRaisedByOne?: Pick<Expected, "stats" | "arrays">;
}

export interface CocoCase {
  readonly name: string;
  readonly annotations: Uint8Array;
  readonly results: Uint8Array;
  readonly type: EvaluationType;
  readonly options: EvaluationOptions;
  readonly expected: Expected;
}

interface CaseParams {
  readonly imgIds?: number[];
  readonly catIds?: number[];
  readonly iouThrs?: number[];
  readonly recThrs?: number[];
  readonly maxDets?: number[];
  readonly areaRng?: [number, number][];
  readonly areaRngLbl?: string[];
  readonly useCats?: 0 | 1;
  readonly kptOksSigmas?: number[];
}

export function jsonOf(name: string, file: string): unknown {
  return JSON.parse(readFileSync(join(COCO_CASES, name, file), "utf8"));
}

export function cocoCase(name: string): CocoCase {
  const { iouType, params } = jsonOf(name, "case.json") as { iouType: string; params: CaseParams };
  const type = iouType === "bbox" ? "boxes" : "keypoints";
  const labels =
    params.areaRngLbl ??
    (type === "boxes" ? ["all", "small", "medium", "large"] : ["all", "medium", "large"]);
  return {
    name,
    annotations: new Uint8Array(readFileSync(join(COCO_CASES, name, "annotations.json"))),
    results: new Uint8Array(readFileSync(join(COCO_CASES, name, "results.json"))),
    type,
    options: {
      imageIds: params.imgIds,
      categoryIds: params.catIds,
      iouThresholds: params.iouThrs,
      recallThresholds: params.recThrs,
      maxDetections: params.maxDets,
      areas: params.areaRng?.map(([min, max], i) => ({ label: labels[i], min, max })),
      classAgnostic: params.useCats === 0 ? true : undefined,
      sigmas: params.kptOksSigmas,
    },
    expected: jsonOf(name, "expected.json") as Expected,
  };
}

import type { DetectionRecord } from "../../detectionRecord.ts";
import type { DetectResult } from "../../detectResult.ts";
import type { ListedImage } from "../lists/imageList.ts";

/** An image that was processed. */
export interface Finished<Result = DetectResult> {
  readonly image: ListedImage;
  readonly record: DetectionRecord;
  /** Absent if the image failed before anything was found in it. */
  readonly result?: Result;
}

/** A file, or several, that hold the results of all images in one format. */
export interface ResultFile<Result = DetectResult> {
  /** Where it ends up, as the user sees it. */
  readonly paths: readonly string[];
  add(finished: Finished<Result>): Promise<void>;
  /** Called for every image in order, before any is added that comes after it: names are given in this order. */
  expect?(image: ListedImage): void;
  /** Call it whatever happened: results added so far are kept. */
  finish(): Promise<void>;
}

import type { DetectionRecord } from "../../detectionRecord.ts";
import type { DetectResult } from "../../detectResult.ts";
import type { ImageFile } from "../files/findImages.ts";

/** An image that was processed. */
export interface Finished {
  readonly image: ImageFile;
  readonly record: DetectionRecord;
  /** Absent if the image failed before anything was found in it. */
  readonly result?: DetectResult;
}

/** A file, or several, that hold the results of all images in one format. */
export interface ResultFile {
  /** Where it ends up, as the user sees it. */
  readonly paths: readonly string[];
  add(finished: Finished): Promise<void>;
  /** Call it whatever happened: results added so far are kept. */
  finish(): Promise<void>;
}

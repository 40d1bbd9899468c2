import { join } from "node:path";
import type { Detection } from "../../detection.ts";
import type { DetectResult } from "../../detectResult.ts";
import { type CocoModel, cocoBoxes, cocoImagesFrame, cocoKeypoints } from "../../formats/coco.ts";
import { JSON_ARRAY, jsonLine } from "../../formats/jsonFrame.ts";
import { type LineFile, openLineFile } from "../files/lineFile.ts";
import { outputTarget } from "../files/outputTarget.ts";
import type { Annotations } from "./annotations.ts";
import type { ImageIds } from "./imageIds.ts";
import type { ResultFile } from "./resultFile.ts";

const BOXES_NAME = "coco-boxes.json";
const KEYPOINTS_NAME = "coco-keypoints.json";
const IMAGES_NAME = "coco-images.json";
export const COCO_NAMES = [BOXES_NAME, KEYPOINTS_NAME, IMAGES_NAME];

/** What the files need of a model. */
export interface ResultModel extends CocoModel {
  /** `boxes`, `keypoints`, or both in words. */
  readonly outputs: string;
}

/**
 * The boxes and the poses as two files of results, since an evaluator expects one kind per file, and a side file with
 * the images and categories that their ids stand for.
 */
export async function openCocoFiles(
  folder: string,
  model: ResultModel,
  ids: ImageIds,
  annotations?: Annotations,
): Promise<ResultFile<Pick<DetectResult, "detections" | "width" | "height">>> {
  const { keypointNames } = model;
  const all: { readonly path: string; readonly file: LineFile }[] = [];
  const finish = async () => {
    for (const { file } of all) await file.finish();
  };
  const open = async (name: string, frame = JSON_ARRAY) => {
    const path = join(folder, name);
    try {
      const file = await openLineFile(await outputTarget(path, path), path, frame);
      all.push({ path, file });
      return file;
    } catch (error) {
      await finish();
      throw error;
    }
  };
  // A model whose boxes are derived from its keypoints has no boxes to evaluate.
  const boxes = model.outputs.includes("boxes") ? await open(BOXES_NAME) : undefined;
  const keypoints = keypointNames && (await open(KEYPOINTS_NAME));
  const images = await open(IMAGES_NAME, cocoImagesFrame(model, ids.rule, annotations?.categoryOf));
  const categoryOf = (detection: Detection) => annotations?.categoryOf(detection) ?? detection.classId;
  const lines = (rows: readonly unknown[]) => rows.map(jsonLine);
  const addTo = (file: LineFile | undefined, rows: readonly unknown[]) => file?.add(...lines(rows));
  return {
    paths: all.map(({ path }) => path),
    async add({ image, result }) {
      const imageId = ids.of(image);
      if (!result || imageId === undefined) return;
      const { detections, width, height } = result;
      await addTo(boxes, cocoBoxes(detections, { imageId, categoryOf }));
      await addTo(keypoints, cocoKeypoints(detections, { imageId, categoryOf }));
      await addTo(images, [{ id: imageId, file_name: ids.nameOf(image), width, height }]);
    },
    finish,
  };
}

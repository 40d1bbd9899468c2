/** The results as files: the command line's formats, made by its functions. */
import {
  atScore,
  cocoBoxes,
  cocoImageIds,
  cocoImagesFrame,
  cocoKeypoints,
  csvHeading,
  csvRows,
  type DetectionRecord,
  detectionRecord,
  drawDetections,
  encodePng,
  framed,
  JSON_ARRAY,
  jsonLine,
  SEEN_KEYPOINT,
} from "centernet";
import type { Call } from "./call.ts";
import type { DetectAnswer } from "./detect.ts";
import { type ChosenImage, pixelsAside } from "./session.ts";

export type SaveFormat = "json" | "csv" | "coco-boxes" | "coco-keypoints" | "coco-images" | "png";

/** An image with what was found in it, or why nothing could be. */
export interface SavedImage {
  readonly image: ChosenImage;
  readonly answer?: DetectAnswer;
  readonly error?: DetectionRecord["error"];
}

interface Save {
  readonly format: SaveFormat;
  /** In their order. Only the first is drawn. */
  readonly images: readonly SavedImage[];
  /** The least score of a detection that is kept. */
  readonly score: number;
}

export const saveHandlers = {
  async save({ format, images, score }: Save, call: Call) {
    if (format !== "png") return textOf(format, images, score);
    const [{ image, answer }] = images;
    const pixels = await pixelsAside(image);
    const { detections } = chosen(answer as DetectAnswer, score);
    const bytes = encodePng(drawDetections(pixels, detections, { keypointScore: SEEN_KEYPOINT }));
    call.transfer(bytes.buffer);
    return bytes;
  },
};

function chosen(answer: DetectAnswer, score: number): DetectAnswer {
  return atScore(answer, score, answer.of);
}

function textOf(format: Exclude<SaveFormat, "png">, images: readonly SavedImage[], score: number): string {
  if (format === "json") {
    const records = images.map(({ image: { name }, answer, error }) =>
      answer ? detectionRecord(name, chosen(answer, score)) : { image: name, error },
    );
    return records.map((record) => `${jsonLine(record)}\n`).join("");
  }
  const found = images.flatMap(({ image, answer }) =>
    answer ? [{ name: image.name, ...chosen(answer, score) }] : [],
  );
  const model = found[0]?.of ?? { name: "", classes: [] };
  if (format === "csv") {
    const { keypointNames } = model;
    const rows = found.flatMap((result) => csvRows({ ...result, image: result.name }, keypointNames));
    return `${[csvHeading(keypointNames), ...rows].join("\n")}\n`;
  }
  const { ids, rule } = cocoImageIds(found.map(({ name }) => name));
  if (format === "coco-images") {
    const entries = found.map(({ name, width, height }, index) => {
      return jsonLine({ id: ids[index], file_name: name, width, height });
    });
    return framed(entries, cocoImagesFrame(model, rule));
  }
  const rowsOf = format === "coco-boxes" ? cocoBoxes : cocoKeypoints;
  const rows = found.flatMap(({ detections }, index): unknown[] =>
    rowsOf(detections, { imageId: ids[index] }),
  );
  return framed(rows.map(jsonLine), JSON_ARRAY);
}

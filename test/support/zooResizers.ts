import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseImageResizer } from "../../src/checkpoints/pipelineConfig/parseImageResizer.ts";
import { parsePipelineConfig } from "../../src/checkpoints/pipelineConfig/pipelineConfig.ts";
import { parseTextProto } from "../../src/checkpoints/pipelineConfig/textProto.ts";
import { TextProtoView } from "../../src/checkpoints/pipelineConfig/textProtoView.ts";
import type { BundleCheckpoint } from "../../src/checkpoints/tensorBundle/bundleCheckpoint.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import type { ImageResizer } from "../../src/image/input/resizer/imageResizer.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import { goldenAt, OWN_GOLDENS } from "./goldens.ts";
import { syntheticCheckpoint } from "./syntheticCheckpoint.ts";

/** The case of an image that is stretched to 128 x 96 pixels. */
const STRETCHED = join(OWN_GOLDENS, "tf/resizers/mobilenet-fixed");

export const readStretchedFile = async (name: string) =>
  new Uint8Array(await readFile(join(STRETCHED, name)));

export const stretchedCase = () => goldenAt(STRETCHED);

/** Its image, 360 x 180. */
export async function crowd(): Promise<RgbImage> {
  return decodeImage(await readStretchedFile("people-crop.png"), "people-crop.png");
}

/** The published MobileNetV2 with made weights, under that case's configuration or with another resizer. */
export async function resizedBy(resizer?: string): Promise<BundleCheckpoint> {
  const model = await syntheticCheckpoint(join(OWN_GOLDENS, "tf/centernet_mobilenetv2fpn_512x512_coco17_od"));
  const stretching = parsePipelineConfig(await readStretchedFile("pipeline.config"), "pipeline.config");
  const pipeline = resizer === undefined ? stretching : { ...stretching, imageResizer: resizerOf(resizer) };
  return { ...model, sidecar: { pipeline } };
}

/** What stands in the brackets of `image_resizer { … }`. */
export function resizerOf(text: string): ImageResizer {
  const message = parseTextProto(new TextEncoder().encode(text), "pipeline.config");
  return parseImageResizer(new TextProtoView(message, "pipeline.config"));
}

/** The top left part of an image. */
export function cropped({ width, data }: RgbImage, columns: number, rows: number): RgbImage {
  const part = new Uint8Array(columns * rows * 3);
  for (let y = 0; y < rows; y++) {
    part.set(data.subarray(y * width * 3, (y * width + columns) * 3), y * columns * 3);
  }
  return { width: columns, height: rows, data: part };
}

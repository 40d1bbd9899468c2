import { describeResizer, resizerTo } from "../../image/input/resizer/imageResizer.ts";
import type { OpenedModel } from "../../loading/openWeights.ts";
import { CENTERFACE } from "../../models/centerface/centerface.ts";
import type { InputSize, Model } from "../../models/model.ts";
import { channelCount } from "../../models/withLabels.ts";
import { isZooModel } from "../../models/zoo/zooModel.ts";
import type { Layout } from "../../tensor.ts";
import type { OnnxFacts } from "./encodeOnnx.ts";

/** What a reader of the file must know that no graph says: preprocessing, labels, license. */
export function onnxFacts({ model, checkpoint }: OpenedModel, size: InputSize, layout: Layout): OnnxFacts {
  const { name, classes, keypointNames } = model;
  const labels = Object.fromEntries(classes.map(({ classId, label }) => [classId, label]));
  const license = checkpoint.metadata.get("license") ?? checkpoint.metadata.get("licence");
  const source = checkpoint.metadata.get("source");
  const metadata = new Map([
    ["model", name],
    [
      "input",
      `RGB, 0 to 255, float32, ${layout.toUpperCase()}; ${name === CENTERFACE ? "taken as it is" : "normalized inside"}`,
    ],
    ["preprocessing", preprocessing(model, size)],
    ["labels", JSON.stringify(labels)],
    ["channels", JSON.stringify(channelClasses(model))],
    ...(keypointNames ? [["keypoints", JSON.stringify(keypointNames)] as const] : []),
    ...(source === undefined ? [] : [["source", source] as const]),
    ["license", license ?? "not stated in the file of the weights"],
  ]);
  return { name, description: `${name}: ${model.backbone}; ${model.outputs}`, metadata };
}

/** The class id of each channel of the heatmaps of objects. */
export function channelClasses(model: Model): number[] {
  if (!isZooModel(model)) return model.classes.map(({ classId }) => classId);
  return Array.from({ length: channelCount(model) }, (_, channel) => channel + 1);
}

/** How an image becomes the network's input, in words. */
function preprocessing(model: Model, size: InputSize): string {
  if (isZooModel(model)) return describeResizer(resizerTo(model.spec.resizer, size));
  return model.placement ?? "unknown";
}

/** What the heads hold, by name. Cells are those of the map, four pixels of the input wide. */
const HEAD_MEANINGS: Readonly<Record<string, string>> = {
  centerHeatmap: "probability of a center, per class",
  centerMaximum: "largest of the 5x5 cells of centerHeatmap around each",
  boxSize: "height, width in cells",
  boxOffset: "y, x from the cell to the center, in cells",
  keypointHeatmap: "probability, per keypoint",
  keypointRegression: "y, x from the center's cell to each keypoint, in cells",
  keypointOffset: "y, x from the cell to the keypoint, in cells",
  topLeftHeatmap: "probability of a top-left corner, per class",
  topLeftOffset: "x, y from the cell to the corner, in cells",
  topLeftEmbedding: "close to the bottom-right corner's of the same object",
  bottomRightHeatmap: "probability of a bottom-right corner, per class",
  bottomRightOffset: "x, y from the cell to the corner, in cells",
  bottomRightEmbedding: "close to the top-left corner's of the same object",
  centerOffset: "x, y from the cell to the center, in cells",
};

/** Those of CenterFace that differ. */
const FACE_MEANINGS: Readonly<Record<string, string>> = {
  boxSize: "logarithm of height, width in cells",
  boxOffset: "y, x from the cell's center to the box's, in cells",
  landmarks: "y, x of each landmark from the box's top-left corner, in heights and widths of the box",
};

/** What an output holds, in words; undefined for one that is no head. */
export function headMeaning({ name }: Model, output: string): string | undefined {
  return (name === CENTERFACE ? FACE_MEANINGS[output] : undefined) ?? HEAD_MEANINGS[output];
}

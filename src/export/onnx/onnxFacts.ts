import { describeResizer, resizerTo } from "../../image/input/resizer/imageResizer.ts";
import type { OpenedModel } from "../../loading/openWeights.ts";
import type { InputSize, Model } from "../../models/model.ts";
import { channelCount } from "../../models/withLabels.ts";
import { isZooModel } from "../../models/zoo/zooModel.ts";
import type { OnnxFacts } from "./encodeOnnx.ts";
import type { Layout } from "./exportGraph.ts";

/** What a reader of the file must know that no graph says: preprocessing, labels, license. */
export function onnxFacts({ model, checkpoint }: OpenedModel, size: InputSize, layout: Layout): OnnxFacts {
  const { name, classes, keypointNames } = model;
  const labels = Object.fromEntries(classes.map(({ classId, label }) => [classId, label]));
  const license = checkpoint.metadata.get("license") ?? checkpoint.metadata.get("licence");
  const source = checkpoint.metadata.get("source");
  const metadata = new Map([
    ["model", name],
    ["input", `RGB, 0 to 255, float32, ${layout.toUpperCase()}; normalized inside`],
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

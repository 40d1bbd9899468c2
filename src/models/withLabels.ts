/** A model whose classes have other names. */
import type { Detection } from "../detection.ts";
import type { ClassLabel } from "./coco.ts";
import type { Model } from "./model.ts";
import type { Result } from "./view.ts";
import { isZooModel } from "./zoo/zooModel.ts";

/** The number of channels of the model's heatmap: its classes, named or not. */
export function channelCount(model: Model): number {
  return isZooModel(model) ? model.spec.architecture.classes : model.classes.length;
}

/** `labels` has one entry for each channel. */
export function withLabels(model: Model, labels: readonly ClassLabel[]): Model {
  const channels = new Map(
    isZooModel(model)
      ? labels.map((_, channel) => [channel + 1, channel])
      : model.classes.map(({ classId }, channel) => [classId, channel]),
  );
  const labelOf = (classId: number) => labels[channels.get(classId) ?? 0];
  const renamed = new Map(model.classes.map(({ label, classId }) => [label, labelOf(classId).label]));

  const relabeled = ({ detections, explanation }: Result): Result => ({
    detections: detections.map((detection): Detection => ({ ...detection, ...labelOf(detection.classId) })),
    ...(explanation && {
      explanation: {
        ...explanation,
        rejected: explanation.rejected.map((pair) => {
          const [first, second] = pair.labels;
          return { ...pair, labels: [renamed.get(first) ?? first, renamed.get(second) ?? second] };
        }),
      },
    }),
  });
  return {
    ...model,
    classes: labels,
    heatmaps: { ...model.heatmaps, classIds: labels.map(({ classId }) => classId) },
    views(image, loaded, options) {
      const { views, combine } = model.views(image, loaded, options);
      return { views, combine: (found) => relabeled(combine(found)) };
    },
  };
}

/** A model whose classes have other names. */
import type { Detection } from "../detection.ts";
import type { Explanation, RejectedPair } from "../explain/explanation.ts";
import type { Why } from "../explain/why.ts";
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

  const named = <Named extends ClassLabel>(value: Named): Named => ({ ...value, ...labelOf(value.classId) });
  const relabeledExplanation = (explanation: Explanation): Explanation => {
    if (explanation.family !== "triplets") {
      return { ...explanation, candidates: explanation.candidates.map(named) };
    }
    const rejected = explanation.rejected.map((pair) => {
      const [first, second] = pair.labels;
      const both: RejectedPair["labels"] = [renamed.get(first) ?? first, renamed.get(second) ?? second];
      return { ...pair, labels: both };
    });
    return { ...explanation, rejected };
  };
  const relabeledWhy = (why: Why): Why => {
    if (why.family === "triplets") return named(why);
    const views = why.views.map(({ candidate, suppressedBy, ...view }) => ({
      ...view,
      ...(candidate && { candidate: named(candidate) }),
      ...(suppressedBy && { suppressedBy: { ...suppressedBy, label: labelOf(why.classId).label } }),
    }));
    return { ...named(why), views };
  };
  const relabeled = ({ detections, explain }: Result): Result => ({
    detections: detections.map((detection): Detection => named(detection)),
    ...(explain && {
      explain(choice) {
        const { explanation, why } = explain(choice);
        return {
          ...(explanation && { explanation: relabeledExplanation(explanation) }),
          ...(why && { why: relabeledWhy(why) }),
        };
      },
    }),
  });
  /** The model's own ids of classes that are asked for by their new ids. */
  const ownIds = (classIds: ReadonlySet<number>) =>
    new Set([...channels].filter(([, at]) => classIds.has(labels[at].classId)).map(([id]) => id));
  return {
    ...model,
    classes: labels,
    heatmaps: { ...model.heatmaps, classIds: labels.map(({ classId }) => classId) },
    views(image, loaded, options) {
      const { why } = options;
      const asked = why?.classIds ? { ...why, classIds: ownIds(why.classIds) } : why;
      const { views, combine } = model.views(image, loaded, { ...options, why: asked });
      return { views, combine: (found) => relabeled(combine(found)) };
    },
  };
}

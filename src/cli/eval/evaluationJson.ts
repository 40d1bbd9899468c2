import type { Evaluation } from "../../evaluation/evaluate.ts";

/** What `--json` writes: numbers in full precision, `stats` in pycocotools' order. */
export function evaluationJson(evaluation: Evaluation, against?: Evaluation, analysis: object = {}) {
  const { rows, categories, parameters, notes } = evaluation;
  const { type, imageIds, categoryIds, iouThresholds, recallThresholds, maxDetections } = parameters;
  const { areas, classAgnostic, sigmas } = parameters;
  return {
    stats: rows.map(({ value }) => value),
    names: rows.map(({ name }) => name),
    perClass: categories.map(({ id, name, truths, found, rows: own }) => ({
      id,
      name,
      truths,
      found,
      stats: own.map(({ value }) => value),
    })),
    parameters: {
      type,
      images: imageIds.length,
      categoryIds,
      iouThresholds,
      recallThresholds,
      maxDetections,
      areas,
      classAgnostic,
      ...(type === "keypoints" && { sigmas }),
    },
    notes,
    ...analysis,
    ...(against && { against: { stats: against.rows.map(({ value }) => value), notes: against.notes } }),
  };
}

import type { DetectorEvaluation } from "../../evaluateModel/evaluateDetector.ts";
import type { Evaluation } from "../../evaluation/evaluate.ts";

/** What `--json` writes: numbers in full precision, `stats` in pycocotools' order; of a model also what was published. */
export function evaluationJson(
  evaluation: Evaluation | DetectorEvaluation,
  against?: Evaluation,
  analysis: object = {},
) {
  const { rows, ownAreaRows, parameters, notes } = evaluation;
  const { type, imageIds, categoryIds, iouThresholds, recallThresholds, maxDetections } = parameters;
  const { areas, classAgnostic, sigmas } = parameters;
  return {
    stats: rows.map(({ value }) => value),
    names: rows.map(({ name }) => name),
    ...(ownAreaRows.length > 0 && { ownAreas: ownAreaRows.map(({ name, value }) => ({ name, value })) }),
    perClass: perClass(evaluation),
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
    ...("model" in evaluation && {
      model: evaluation.model,
      published: evaluation.published,
      failed: evaluation.failed,
      missing: evaluation.missing,
    }),
    ...(against && {
      against: {
        stats: against.rows.map(({ value }) => value),
        perClass: perClass(against),
        notes: against.notes,
      },
    }),
  };
}

function perClass({ categories }: Evaluation) {
  return categories.map(({ id, name, truths, found, rows }) => ({
    id,
    name,
    truths,
    found,
    stats: rows.map(({ value }) => value),
  }));
}

import type { Analysis } from "../../evaluation/analysis/analyze.ts";
import { ERROR_KINDS } from "../../evaluation/analysis/errors.ts";
import type { AnalysisFlags } from "./analysisOptions.ts";

/** What `--json` adds of the analyses that were asked for. */
export function analysisJson(analysis: Analysis, { errors, confusion }: AnalysisFlags) {
  const { parameters } = analysis.outcomes.arranged;
  return {
    ...(errors && { errors: errorsJson(analysis, parameters.categoryIds) }),
    ...(confusion && { confusion: confusionJson(analysis, parameters.categoryIds) }),
    bestF1: bestJson(analysis, parameters.categoryIds),
  };
}

function errorsJson({ errors }: Analysis, categoryIds: readonly number[]) {
  const { averagePrecision, foregroundIou, backgroundIou, perCategory } = errors;
  const width = ERROR_KINDS.length;
  return {
    averagePrecision,
    foregroundIou,
    backgroundIou,
    kinds: errors.errors.map(({ kind, count, gain }) => ({ kind, count, gain })),
    perClass: categoryIds.map((id, k) => ({
      id,
      ...Object.fromEntries(ERROR_KINDS.map((kind, i) => [kind, perCategory[k * width + i]])),
    })),
  };
}

/** The whole matrix: rows are true, columns found; background is last. */
function confusionJson({ confusion }: Analysis, categoryIds: readonly number[]) {
  const { score, iouThreshold, names, counts } = confusion;
  const n = names.length + 1;
  return {
    score,
    iouThreshold,
    categoryIds,
    names,
    counts: Array.from({ length: n }, (_, row) => [...counts.subarray(row * n, (row + 1) * n)]),
  };
}

function bestJson({ scoreCurves }: Analysis, categoryIds: readonly number[]) {
  const { iouThreshold, all, categories } = scoreCurves;
  return {
    iouThreshold,
    all: all.best,
    perClass: categoryIds.map((id, k) => ({ id, ...categories[k].best })),
  };
}

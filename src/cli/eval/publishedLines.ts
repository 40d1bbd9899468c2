import type { DetectorEvaluation } from "../../evaluateModel/evaluateDetector.ts";
import type { PublishedComparison } from "../../evaluateModel/published.ts";

/** What was published for the model, and which options belong to which figure. */
export function publishedLines(evaluation: DetectorEvaluation): string[] {
  const { model, published, parameters, rows } = evaluation;
  if (published.length === 0) return [`published: no figure of ${model} on COCO`];
  const own = published.filter(({ isSameProtocol }) => isSameProtocol);
  const others = published.filter(({ isSameProtocol }) => !isSameProtocol);
  const value = 100 * rows[0].value;
  return [
    ...own.map((row) => {
      const { difference, why } = row;
      const compared = difference === undefined ? why : `here ${value.toFixed(1)}, ${signed(difference)}`;
      return `${figureOf(row)} with these options; ${compared}`;
    }),
    ...(own.length === 0 ? [`published: no figure of ${parameters.type} with these options`] : []),
    ...others.map((row) => `${figureOf(row)}${optionsOf(row, evaluation)}`),
  ];
}

function figureOf({ type, published, images }: PublishedComparison): string {
  return `published: AP ${published.toFixed(1)} of ${type} on ${images}`;
}

/** What it was measured with: flags, as far as this model knows them. */
function optionsOf({ type, protocol }: PublishedComparison, run: DetectorEvaluation): string {
  const { flip, scales, sizedByImage } = protocol;
  const flags = [
    ...(sizedByImage && !run.sizedByImage ? ["--keep-res"] : []),
    ...(flip ? ["--flip"] : []),
    ...(scales.length > 1 ? [`--scales ${scales.join(",")}`] : []),
  ];
  if (flags.length > 0) return ` with ${flags.join(" ")}`;
  return type === run.parameters.type ? " at the model's own size, without other options" : "";
}

function signed(difference: number): string {
  const text = Math.abs(difference).toFixed(1);
  return `${Number(text) === 0 ? "±" : difference > 0 ? "+" : "−"}${text}`;
}

/** A report of an evaluation as one HTML file that needs nothing else: no script, no request. */
import type { Analysis } from "../evaluation/analysis/analyze.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { escaped } from "../visualization/svg.ts";
import { classCharts, classTable } from "./classes.ts";
import { confusionPart } from "./confusion.ts";
import { errorTable } from "./errors.ts";
import { examplesPart, type ReportExample } from "./examples.ts";
import { factsPart, type ReportInput } from "./facts.ts";
import { precisionFigure, scoreFigure, scoreText, thresholdText } from "./figures.ts";
import { count, figure, mean, section } from "./html.ts";
import { rowTable } from "./rows.ts";
import { STYLE } from "./style.ts";

export interface ReportContent {
  readonly evaluation: Evaluation;
  readonly analysis: Analysis;
  /** The files that were evaluated. */
  readonly inputs?: readonly ReportInput[];
  /** Images of `analysis.worst` with truth beside found. */
  readonly examples?: readonly ReportExample[];
  /** Why there are no examples, or fewer than one would expect. */
  readonly examplesNote?: string;
}

/**
 * The report: rows, kinds of error, curves, confusion matrix, classes, examples, and what it was made of. At most 400
 * classes are listed and 120 drawn, so that it stays below 2 MB without examples, whatever was evaluated.
 */
export function evaluationReport(content: ReportContent): string {
  const { evaluation, analysis, inputs = [], examples = [], examplesNote } = content;
  const { results, annotations } = evaluation.arranged;
  const title = `Evaluation of ${baseNames(results.name)}`;
  const groups = [
    summary(evaluation, analysis),
    [confusionPart(analysis)],
    [section("Classes", classNote(evaluation), classTable(evaluation, analysis), "class-table")],
    [classCharts(evaluation, analysis)],
    examplesPart(examples, analysis, examplesNote),
    [factsPart(evaluation, analysis, inputs)],
  ];
  const filled = groups.map((parts) => parts.join("\n")).filter((text) => text !== "");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p class="lead">${escaped(leadOf(evaluation, baseNames(annotations.name)))}</p>
${keyNumbers(evaluation, analysis)}
</header>
<main>
${filled.map((text) => `<div class="group">\n${text}\n</div>`).join("\n")}
</main>
</body>
</html>
`;
}

/** Whole paths stand among the files. */
function baseNames(names: string): string {
  const all = names.split(", ").map((name) => name.replace(/^.*[/\\]/, ""));
  return all.length <= 3 ? all.join(", ") : `${all[0]} and ${all.length - 1} more`;
}

function summary(evaluation: Evaluation, analysis: Analysis): string[] {
  const fit = evaluation.parameters.type === "boxes" ? "IoU" : "OKS";
  const { best } = analysis.scoreCurves.all;
  const each = evaluation.categories.length > 1 ? "; pale, each class" : "";
  const at = `All classes together at ${fit} ${thresholdText(analysis.outcomes.iouThreshold)}${each}.`;
  const cut = best ? ` The best score to cut at is ${scoreText(best.score)}.` : "";
  return [
    section(
      "Average precision and recall",
      "As pycocotools prints them, equal in every digit. Limit: the detections that count per image and class.",
      rowTable(evaluation),
      "rows",
    ),
    section(
      "Precision over recall",
      `The mean of all classes at each threshold of ${fit}.`,
      figure(precisionFigure(analysis)),
      "curves",
    ),
    section("F1 over score", at + cut, figure(scoreFigure(analysis)), "curves"),
    errorTable(evaluation, analysis),
  ];
}

function leadOf({ parameters, categories, arranged }: Evaluation, truth: string): string {
  const { imageIds, type } = parameters;
  const truths = categories.reduce((sum, category) => sum + category.truths, 0);
  const found = categories.reduce((sum, category) => sum + category.found, 0);
  const classes = categories.length === 1 ? "1 class" : `${count(categories.length)} classes`;
  const what = type === "boxes" ? "boxes" : "keypoints";
  return `${count(found)} ${what} found in ${count(imageIds.length)} images against ${count(truths)} annotations of ${classes} in ${truth}${arranged.parameters.classAgnostic ? ", all classes as one" : ""}.`;
}

function keyNumbers({ rows }: Evaluation, { scoreCurves, errors }: Analysis): string {
  const largest = [...errors.errors].sort((a, b) => b.gain - a.gain)[0];
  const { best } = scoreCurves.all;
  const numbers = [
    ...rows.slice(0, 3).map(({ name, value }) => [name, mean(value)]),
    ...rows.filter(({ name }) => /^AR(@100)?$/.test(name)).map(({ name, value }) => [name, mean(value)]),
    ...(best ? [[`best F1, at score ${scoreText(best.score)}`, best.f1.toFixed(3)]] : []),
    ...(largest.gain > 0 ? [[`most AP lost: ${largest.kind}`, largest.gain.toFixed(3)]] : []),
  ];
  const entries = numbers.map(
    ([name, value], i) =>
      `<div${i === 0 ? ' class="main"' : ""}><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`,
  );
  return `<dl class="key">${entries.join("")}</dl>`;
}

function classNote({ categories }: Evaluation): string {
  const absent = categories.filter(({ rows }) => rows[0].value < 0).length;
  const without = absent === 0 ? "" : ` ${count(absent)} without truth are not in any mean.`;
  return `By average precision, the highest first.${without}`;
}

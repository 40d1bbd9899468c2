import type { Analysis } from "../evaluation/analysis/analyze.ts";
import { type ConfusionMatrix, worstConfusions } from "../evaluation/analysis/confusion.ts";
import { confusionFigure, scoreText, thresholdText } from "./figures.ts";
import { count, figure, percent, section, table } from "./html.ts";

/** Up to so many classes the matrix is a table of numbers, which can be read out; beyond, a picture. */
const MAX_TABLE = 12;
/** Beyond so many a picture has no room for names: the worst confusions alone are listed. */
const MAX_PICTURE = 120;
const LISTED = 25;

export function confusionPart(analysis: Analysis): string {
  const { confusion } = analysis;
  const { names, score, iouThreshold } = confusion;
  const rule = `Detections that score at least ${scoreText(score)}, matched with the truth of any class at ${thresholdText(iouThreshold)}.`;
  const worst = confusionList(confusion);
  if (names.length <= MAX_TABLE) {
    const note = `${rule} Rows are true, columns found.`;
    if (names.length === 1) return section("Confusion matrix", note, matrixTable(confusion), "half");
    return (
      section("Confusion matrix", note, matrixTable(confusion), "half") +
      section("Most confused", "", worst, "half")
    );
  }
  const list = section("Most confused", "Share: of the truths of that class.", worst, "third");
  if (names.length > MAX_PICTURE)
    return section(
      "Confusion matrix",
      `${rule} With ${count(names.length)} classes, only the most frequent confusions are listed.`,
      worst,
    );
  const note = `${rule} Rows are true, columns found; darker is a larger share of the row. Blue is right, orange is not.`;
  return section("Confusion matrix", note, matrix(analysis), "large") + list;
}

/** Keeps its size on a narrow screen, where it scrolls. */
function matrix(analysis: Analysis): string {
  const picture = figure(confusionFigure(analysis));
  return `<div class="scroll matrix" role="region" aria-label="Confusion matrix, picture" tabindex="0">${picture}</div>`;
}

function matrixTable({ names, counts }: ConfusionMatrix): string {
  const n = names.length + 1;
  return table(
    "Confusion matrix",
    [{ heading: "True" }, ...[...names, "missed"].map((heading) => ({ heading, isNumber: true }))],
    [...names, "background"].map((name, row) => [
      name,
      ...Array.from({ length: n }, (_, column) => {
        if (row === n - 1 && column === n - 1) return "";
        const value = counts[row * n + column];
        return value === 0 ? "·" : count(value);
      }),
    ]),
  );
}

function confusionList(confusion: ConfusionMatrix): string {
  const { names } = confusion;
  const worst = worstConfusions(confusion, LISTED);
  if (worst.length === 0) return "<p>No class was taken for another.</p>";
  return table(
    "Most confused",
    [
      { heading: "True" },
      { heading: "Found as" },
      { heading: "Count", isNumber: true },
      { heading: "Share", isNumber: true },
    ],
    worst.map(({ truth, found, count: number, share }) => [
      names[truth],
      names[found],
      count(number),
      { text: percent(share), bar: share },
    ]),
  );
}

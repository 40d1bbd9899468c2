import type { Command } from "commander";
import { quote } from "../../checkpoints/bytes/json.ts";
import { UsageError } from "../../errors.ts";
import { DEFAULT_CONFUSION_SCORE } from "../../evaluation/analysis/confusion.ts";
import { DEFAULT_IOU } from "../../evaluation/analysis/outcomes.ts";
import { DEFAULT_WORST } from "../../evaluation/analysis/worstImages.ts";
import { parsePath, parsePathEnding, parseScore, valueOption } from "../arguments/options.ts";

/** What asks why an evaluation came out as it did. */
export interface AnalysisFlags {
  readonly errors?: true;
  readonly confusion?: true;
  readonly atIou?: number;
  readonly atScore?: number;
  readonly chart?: string;
  readonly report?: string;
  /** A folder of new drawings. */
  readonly draw?: string;
  readonly drawCount?: number;
  readonly imageDir?: string;
}

export const ANALYSIS_HELP = `
Why: --errors counts TIDE's six kinds of error, each with the AP that would be
gained if it alone were put right:
  class       right place, wrong class
  location    right class, but an IoU from 0.1 to --at-iou
  both        wrong class and too far off
  duplicate   right, but a better one had taken the truth
  background  an IoU of at most 0.1 with everything
  missed      a truth that no error of class or location points at
--confusion says which classes are taken for which: detections that score at
least --at-score are matched with the truth of all classes, the best first. Up
to 10 classes it prints the matrix, beyond the most frequent confusions.
For keypoints OKS takes the place of IoU.
--draw writes missed-01-<image>.jpg and so on, the images with the most missed
truths, and wrong-01-<image>.jpg, those with the most confident false detection,
truth on the left, found on the right. It needs --image-dir, as examples in
--report do; the same images, smaller. No drawing replaces a file.
--chart writes precision over recall, F1 over score and the classes' curves.
--report writes all of it as one HTML file without scripts or requests.
`;

export function addAnalysisOptions(command: Command): Command {
  return command
    .option("--errors", "also print what kinds of error there are, and what each costs")
    .option("--confusion", "also print which classes are taken for which")
    .addOption(
      valueOption(
        "--at-iou <number>",
        `IoU or OKS of errors, confusions, F1 and drawings (default: ${DEFAULT_IOU})`,
        parseIou,
      ),
    )
    .addOption(
      valueOption(
        "--at-score <number>",
        `least score of confusions and drawings (default: ${DEFAULT_CONFUSION_SCORE})`,
        parseScore,
      ),
    )
    .addOption(
      valueOption(
        "--chart <file.svg>",
        "draw precision over recall, and F1 over score",
        parsePathEnding(".svg"),
      ),
    )
    .addOption(
      valueOption("--report <file.html>", "write everything as one HTML file", parsePathEnding(".html")),
    )
    .addOption(valueOption("--draw <folder>", "draw the worst images, truth beside found", parsePath))
    .addOption(
      valueOption(
        "--draw-count <number>",
        `how many of each kind, here and in the report (default: ${DEFAULT_WORST})`,
        parseCount,
      ),
    );
}

function parseIou(text: string, where: string): number {
  const number = parseScore(text, where);
  if (number > 0) return number;
  throw new UsageError({ where, expected: "a number above 0, at most 1", got: quote(text) });
}

const MAX_DRAWN = 1000;

function parseCount(text: string, where: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= MAX_DRAWN) return number;
  throw new UsageError({ where, expected: `a whole number from 1 to ${MAX_DRAWN}`, got: quote(text) });
}

/** @throws UsageError for flags of which one needs another. */
export function checkAnalysisFlags(flags: AnalysisFlags, withModel: boolean): void {
  const { draw, report, imageDir, drawCount, atIou, atScore, errors, confusion, chart } = flags;
  const refuse = (where: string, expected: string, got: string) => {
    throw new UsageError({ where: `option ${where}`, expected, got });
  };
  if (draw !== undefined && imageDir === undefined)
    refuse("--draw", "--image-dir too, the folder of the annotated images", "none");
  if (imageDir !== undefined && !withModel && draw === undefined && report === undefined)
    refuse("--image-dir", "to be used with a model to run, --draw or --report", "none of them");
  if (drawCount !== undefined && draw === undefined && (report === undefined || imageDir === undefined))
    refuse("--draw-count", "to be used with --draw, or with --report and --image-dir", "neither");
  const asks = errors || confusion || chart !== undefined || report !== undefined || draw !== undefined;
  for (const [flag, value] of Object.entries({ "--at-iou": atIou, "--at-score": atScore })) {
    if (value !== undefined && !asks)
      refuse(flag, "to be used with --errors, --confusion, --chart, --draw or --report", "none of them");
  }
}

/** Whether images are read to be drawn. */
export function drawsImages({ draw, report, imageDir }: AnalysisFlags): boolean {
  return imageDir !== undefined && (draw !== undefined || report !== undefined);
}

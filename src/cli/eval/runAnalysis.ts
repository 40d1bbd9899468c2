/** Does what the flags ask of an evaluation beyond its rows, and says what it did. */
import { analyze } from "../../evaluation/analysis/analyze.ts";
import type { Evaluation } from "../../evaluation/evaluate.ts";
import { evaluationChart } from "../../evaluationReport/chartFile.ts";
import { evaluationReport } from "../../evaluationReport/reportHtml.ts";
import { EXIT } from "../failures.ts";
import type { PathUse } from "../files/refuseOverwriting.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import type { Session } from "../io.ts";
import { formatBytes, formatCounted } from "../terminal/formatNumber.ts";
import { analysisJson } from "./analysisJson.ts";
import { type AnalysisFlags, drawsImages } from "./analysisOptions.ts";
import { confusionLines, errorLines, scoreLine } from "./analysisText.ts";
import { type DrawnExamples, drawExamples } from "./exampleFiles.ts";
import type { FileDigests } from "./fileDigests.ts";
import { findAnnotatedImages } from "./imageFolder.ts";

/** What is to be printed. */
export interface AnalysisOutput {
  readonly json: object;
  readonly lines: readonly string[];
  /** What failed, a line each. */
  readonly notes: readonly string[];
}

/** The files that the flags make the command write; drawings replace none. */
export function analysisUses({ chart, report }: AnalysisFlags): PathUse[] {
  return Object.entries({ "--chart": chart, "--report": report }).flatMap(([flag, path]): PathUse[] =>
    path === undefined ? [] : [{ path, role: "output", name: `option ${flag} ${path}` }],
  );
}

/** Undefined if nothing was asked for. @throws UsageError for outputs that cannot be written. */
export async function runAnalysis(
  evaluation: Evaluation,
  flags: AnalysisFlags,
  digests: FileDigests | undefined,
  session: Session,
): Promise<AnalysisOutput | undefined> {
  const { errors, confusion, chart, report, draw, atIou, atScore, drawCount, imageDir } = flags;
  if (!errors && !confusion && chart === undefined && report === undefined && draw === undefined)
    return undefined;
  const analysis = analyze(evaluation, { iouThreshold: atIou, score: atScore, worst: drawCount });
  const { type } = evaluation.parameters;
  const lines: string[] = [];
  if (errors) lines.push("", ...errorLines(analysis.errors, type), scoreLine(analysis.scoreCurves, type));
  if (confusion) lines.push("", ...confusionLines(analysis.confusion, type));
  if (chart !== undefined) {
    await writeOutput(chart, evaluationChart(evaluation, analysis), `option --chart ${chart}`);
    lines.push("", ...(errors ? [] : [scoreLine(analysis.scoreCurves, type)]), `chart: ${chart}`);
  }
  let drawn: DrawnExamples | undefined;
  if (drawsImages(flags) && imageDir !== undefined) {
    const files = await findAnnotatedImages(imageDir, evaluation.arranged.annotations.images);
    drawn = await drawExamples(analysis, files, { draw, forReport: report !== undefined }, session);
    if (draw !== undefined) lines.push(`${formatCounted(drawn.written.length, "drawing")} in ${draw}`);
    if (drawn.failed.length > 0) session.exitCode = EXIT.images;
  }
  if (report !== undefined) {
    const page = evaluationReport({
      evaluation,
      analysis,
      inputs: digests?.inputs,
      examples: drawn?.examples,
      examplesNote: drawn ? undefined : "Drawn if the folder of images is given (--image-dir).",
    });
    await writeOutput(report, page, `option --report ${report}`);
    lines.push(`report: ${report} (${formatBytes(Buffer.byteLength(page))})`);
  }
  const notes = drawn?.failed ?? [];
  return {
    json: analysisJson(analysis, flags),
    lines: [...lines, ...notes.map((note) => `note: ${note}`)],
    notes,
  };
}

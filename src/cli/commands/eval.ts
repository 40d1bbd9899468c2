import { type Command, Option } from "commander";
import { UsageError } from "../../errors.ts";
import { type Evaluation, evaluate } from "../../evaluation/evaluate.ts";
import type { EvaluationOptions } from "../../evaluation/parameters.ts";
import type { Annotations } from "../../evaluation/reading/annotations.ts";
import { jsonLine } from "../../formats/jsonFrame.ts";
import { unknownName } from "../../support/unknownName.ts";
import { parsePath, valueOption } from "../arguments/options.ts";
import { ANALYSIS_HELP, addAnalysisOptions, checkAnalysisFlags } from "../eval/analysisOptions.ts";
import { evaluationJson } from "../eval/evaluationJson.ts";
import { FileDigests } from "../eval/fileDigests.ts";
import { addEvalOptions, type EvalFlags } from "../eval/options.ts";
import { readAnnotationsFile, readResultsFiles } from "../eval/readFiles.ts";
import { againstTable, classTable, rowText } from "../eval/rowText.ts";
import { analysisUses, runAnalysis } from "../eval/runAnalysis.ts";
import { isStdout } from "../files/jsonLines.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import { print, printError, printJson, type Session } from "../io.ts";
import { formatTime } from "../terminal/formatNumber.ts";

const HELP = `
Prints the rows of pycocotools, equal to it in every digit: average precision
and recall over IoU thresholds, sizes of objects and limits of detections.

Annotations are COCO's JSON. Results are COCO's JSON, the same as one entry per
line, or the lines of centernet detect --json, whose images are found by
file_name and whose classes by name; detect with --score 0 --max 100, because
what a threshold leaves out lowers recall. Several files are parts of one set.

${ANALYSIS_HELP}
With --json:
  { stats, names, perClass: [ { id, name, truths, found, stats } ],
    parameters, notes, errors?, confusion?, bestF1?, against? }
                                         (-1 where there is no truth)

Examples:
  centernet detect val2017 --score 0 --no-draw --json results.jsonl
  centernet eval --annotations instances_val2017.json --results results.jsonl
  centernet eval --annotations a.json --results r.json --per-class --json -
  centernet eval --annotations a.json --results r.json --errors --confusion
  centernet eval --annotations a.json --results r.json --image-dir val2017 \\
    --report report.html --draw worst`;

export function addEval(program: Command, session: Session): void {
  const path = (flags: string, text: string) => valueOption(flags, text, parsePath);
  const command = program
    .command("eval")
    .description("Evaluate results as COCO does: average precision and recall, equal to pycocotools.")
    .addOption(path("--annotations <file>", "the truth, in COCO's format").makeOptionMandatory())
    .addOption(
      new Option(
        "--results <file...>",
        "what was found; several files are parts of one set",
      ).makeOptionMandatory(),
    )
    .addOption(path("--against <file>", "compare with these results of the same images"));
  command.addOption(
    path("--image-dir <folder>", "the annotated images: by file_name, else by a base name that only one has"),
  );
  addAnalysisOptions(addEvalOptions(command))
    .option("--per-class", "also print a table of the classes")
    .addOption(path("--json <file>", "write the rows as JSON; - prints only them to stdout"))
    .addHelpText("after", HELP)
    .action((flags: EvalFlags) => evalCommand(flags, session));
}

async function evalCommand(flags: EvalFlags, session: Session): Promise<void> {
  const start = performance.now();
  const { annotations: path, results, against, json, type, perClass } = flags;
  const { signal } = session;
  for (const file of results) parsePath(file, "option --results");
  const inputs = [path, ...results, ...(against === undefined ? [] : [against])];
  const takesStdout = json !== undefined && isStdout(json);
  if (json !== undefined && !takesStdout) {
    refuseOverwriting([
      ...inputs.map((input) => ({ path: input, role: "input" as const, name: input })),
      { path: json, role: "output", name: `option --json ${json}` },
    ]);
  }
  checkAnalysisFlags(flags);
  refuseOverwriting([
    ...inputs.map((input) => ({ path: input, role: "input" as const, name: input })),
    ...analysisUses(flags),
  ]);
  const digests = flags.report === undefined ? undefined : new FileDigests();
  const annotations = await readAnnotationsFile(path, signal, digests);
  const options = evaluationOptions(flags, annotations);
  const found = await readResultsFiles(results, annotations, { type, signal, flag: "--results", digests });
  const evaluation = evaluate(annotations, found, options);
  const other =
    against === undefined
      ? undefined
      : evaluate(
          annotations,
          await readResultsFiles([against], annotations, { type: found.type, signal, flag: "--against" }),
          options,
        );
  const analysis = await runAnalysis(evaluation, flags, digests, session);
  const value = evaluationJson(evaluation, other, analysis?.json);
  if (takesStdout) {
    printJson(session, value);
    for (const note of [...evaluation.notes, ...(analysis?.notes ?? [])])
      printError(session, `note: ${note}`);
    return;
  }
  if (json !== undefined) await writeOutput(json, `${jsonLine(value)}\n`, `option --json ${json}`);
  printEvaluation(evaluation, other, perClass ?? false, session);
  for (const line of analysis?.lines ?? []) print(session, line);
  const { imageIds, categoryIds } = evaluation.parameters;
  const counts = `${imageIds.length} images, ${categoryIds.length} categories, ${found.found.count} results`;
  print(session, `${counts} in ${formatTime(performance.now() - start)}`);
}

function printEvaluation(
  evaluation: Evaluation,
  other: Evaluation | undefined,
  perClass: boolean,
  session: Session,
): void {
  for (const row of evaluation.rows) print(session, rowText(row, evaluation.parameters));
  if (perClass) for (const line of ["", ...classTable(evaluation)]) print(session, line);
  if (other) for (const line of ["", ...againstTable(evaluation, other, perClass)]) print(session, line);
  for (const note of evaluation.notes) print(session, `note: ${note}`);
  const own = new Set(evaluation.notes);
  for (const note of other?.notes ?? []) if (!own.has(note)) print(session, `note: against: ${note}`);
}

function evaluationOptions(flags: EvalFlags, annotations: Annotations): EvaluationOptions {
  const { iouThresholds, maxDets, areas, sigmas, classAgnostic, classes, images } = flags;
  const isText = typeof annotations.images[0]?.id === "string";
  return {
    iouThresholds,
    maxDetections: maxDets,
    areas,
    sigmas,
    classAgnostic,
    categoryIds: classes?.map((name) => categoryId(name, annotations)),
    imageIds: images?.map((id) => (isText ? id : imageNumber(id))),
  };
}

function imageNumber(id: string): number {
  const number = Number(id);
  if (Number.isSafeInteger(number)) return number;
  throw new UsageError({ where: "option --images", expected: "ids of images, which are numbers", got: id });
}

function categoryId(wanted: string, { categories }: Annotations): number {
  const found = categories.find(({ id, name }) => {
    return name.toLowerCase() === wanted.toLowerCase() || String(id) === wanted;
  });
  if (found) return found.id;
  const names = categories.map(({ name }) => name);
  const expected = "a category of the annotations, by name or id";
  throw new UsageError(unknownName({ where: "option --classes", expected, name: wanted, names }));
}

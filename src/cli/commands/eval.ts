import { type Command, Option } from "commander";
import { UsageError } from "../../errors.ts";
import type { DetectorEvaluation } from "../../evaluateModel/evaluateDetector.ts";
import { type Evaluation, evaluate } from "../../evaluation/evaluate.ts";
import type { EvaluationOptions } from "../../evaluation/parameters.ts";
import type { Annotations } from "../../evaluation/reading/annotations.ts";
import { jsonLine } from "../../formats/jsonFrame.ts";
import { unknownName } from "../../support/unknownName.ts";
import { parsePath, valueOption } from "../arguments/options.ts";
import { ANALYSIS_HELP, addAnalysisOptions, checkAnalysisFlags } from "../eval/analysisOptions.ts";
import { evaluationJson } from "../eval/evaluationJson.ts";
import { FileDigests } from "../eval/fileDigests.ts";
import { evaluateModelRun, runsModel } from "../eval/modelRun.ts";
import { addEvalOptions, addRunOptions, type EvalFlags } from "../eval/options.ts";
import { publishedLines } from "../eval/publishedLines.ts";
import { readAnnotationsFile, readResultsFiles } from "../eval/readFiles.ts";
import { againstTable, classTable, rowText } from "../eval/rowText.ts";
import { analysisUses, runAnalysis } from "../eval/runAnalysis.ts";
import { isStdout } from "../files/jsonLines.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import { print, printError, printJson, type Session } from "../io.ts";
import { formatCounted, formatTime } from "../terminal/formatNumber.ts";

const HELP = `
Prints the rows of pycocotools, equal to it in every digit: average precision
and recall over IoU thresholds, sizes of objects and limits of detections.

Annotations are COCO's JSON. Results are COCO's JSON, the same as one entry per
line, or the lines of centernet detect --json, whose images are found by
file_name and whose classes by name; detect with --score 0 --max 100, because
what a threshold leaves out lowers recall. Several files are parts of one set. A
folder holds the shards of detect --shard, which are checked as merge does.

With a model in place of --results, it detects on the images of --image-dir,
keeping all boxes that it gives (score 0), and compares its rows with the
figures that its authors published, each with the options that it belongs to. An
image that is not in the folder is not evaluated; one that cannot be read counts
as without detections, and the exit code is 3. Ctrl-C keeps --save-results.

${ANALYSIS_HELP}
With --json:
  { stats, names, ownAreas?: [ { name, value } ],
    perClass: [ { id, name, truths, found, stats } ],
    parameters, notes, errors?, confusion?, bestF1?, against?,
    model?, published?: [ { type, published, images, protocol, isSameProtocol,
                            difference?, why? } ], failed?, missing? }
                                            (stats: -1 where there is no truth)

Examples:
  centernet detect val2017 --score 0 --no-draw --json results.jsonl
  centernet eval --annotations instances_val2017.json --results results.jsonl
  centernet eval --annotations a.json --results r.json --per-class --json -
  centernet eval --annotations a.json --results r.json --errors --confusion
  centernet eval --annotations a.json --results r.json --image-dir val2017 \\
    --report report.html --draw worst
  centernet eval centernet_resnet50_v2_512x512_coco17_tpu-8 --pull \\
    --annotations instances_val2017.json --image-dir val2017
  centernet eval --weights ctdet_coco_dla_2x.pth --keep-res --flip \\
    --annotations instances_val2017.json --image-dir val2017`;

export function addEval(program: Command, session: Session): void {
  const path = (flags: string, text: string) => valueOption(flags, text, parsePath);
  const command = program
    .command("eval")
    .description(
      "Evaluate results or a model as COCO does: average precision and recall, equal to pycocotools.",
    )
    .argument("[model]", "a model to run on the annotated images, in place of --results")
    .addOption(path("--annotations <file>", "the truth, in COCO's format; always needed"))
    .addOption(new Option("--results <file...>", "what was found; several files are parts of one set"))
    .addOption(path("--against <file>", "compare with these results of the same images"));
  addRunOptions(command);
  addAnalysisOptions(addEvalOptions(command))
    .option("--per-class", "also print a table of the classes")
    .addOption(path("--json <file>", "write the rows as JSON; - prints only them to stdout"))
    .addHelpText("after", HELP)
    .action((model: string | undefined, flags: EvalFlags) => evalCommand(model, flags, session));
}

async function evalCommand(model: string | undefined, flags: EvalFlags, session: Session): Promise<void> {
  const start = performance.now();
  const { annotations: path, results = [], against, json, type, perClass } = flags;
  // Not as a mandatory option, which commander reports before a misspelled one.
  if (path === undefined) {
    const fault = {
      where: "option --annotations <file>",
      expected: "the truth, in COCO's format",
      got: "nothing",
    };
    throw new UsageError(fault);
  }
  const { signal } = session;
  for (const file of results) parsePath(file, "option --results");
  const withModel = runsModel(model, flags);
  checkAnalysisFlags(flags, withModel);
  await refuseOutputs(model, flags);
  const takesStdout = json !== undefined && isStdout(json);
  const digests = flags.report === undefined ? undefined : new FileDigests();
  const annotations = await readAnnotationsFile(path, signal, digests);
  const options = evaluationOptions(flags, annotations);
  const evaluation = withModel
    ? await evaluateModelRun(model, flags, annotations, options, session)
    : evaluate(
        annotations,
        await readResultsFiles(results, annotations, { type, signal, flag: "--results", digests }),
        options,
      );
  const other =
    against === undefined
      ? undefined
      : evaluate(
          annotations,
          await readResultsFiles([against], annotations, {
            type: evaluation.parameters.type,
            signal,
            flag: "--against",
          }),
          { ...options, imageIds: evaluation.parameters.imageIds },
        );
  await interruptible(signal);
  const analysis = await runAnalysis(evaluation, flags, digests, session);
  await interruptible(signal);
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
  const count = evaluation.categories.reduce((sum, { found }) => sum + found, 0);
  const counts = [
    formatCounted(imageIds.length, "image"),
    categoryIds.length === 1 ? "1 category" : `${categoryIds.length} categories`,
    formatCounted(count, "result"),
  ];
  print(session, `${counts.join(", ")} in ${formatTime(performance.now() - start)}`);
}

/** Heeds a Ctrl-C that came during a long computation: the first turn of the event loop may still be of before it. */
async function interruptible(signal: AbortSignal): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  signal.throwIfAborted();
}

/** @throws UsageError if an output would overwrite an input or the other output. */
async function refuseOutputs(model: string | undefined, flags: EvalFlags): Promise<void> {
  const { annotations, results = [], against, json, saveResults, weights, labelMap } = flags;
  if (saveResults !== undefined && isStdout(saveResults)) {
    throw new UsageError({ where: "option --save-results", expected: "a file", got: "standard output" });
  }
  const inputs = [annotations, ...results, against, labelMap].filter((path) => path !== undefined);
  const outputs = {
    "--json": json !== undefined && isStdout(json) ? undefined : json,
    "--save-results": saveResults,
  };
  refuseOverwriting([
    ...inputs.map((path) => ({ path, role: "input" as const, name: path })),
    ...(model === undefined && weights === undefined ? [] : await weightsUses(weights, model)),
    ...Object.entries(outputs).flatMap(([flag, path]) => {
      return path === undefined ? [] : [{ path, role: "output" as const, name: `option ${flag} ${path}` }];
    }),
    ...analysisUses(flags),
  ]);
}

function printEvaluation(
  evaluation: Evaluation | DetectorEvaluation,
  other: Evaluation | undefined,
  perClass: boolean,
  session: Session,
): void {
  for (const row of [...evaluation.rows, ...evaluation.ownAreaRows])
    print(session, rowText(row, evaluation.parameters));
  if (perClass) for (const line of ["", ...classTable(evaluation)]) print(session, line);
  if (other) for (const line of ["", ...againstTable(evaluation, other, perClass)]) print(session, line);
  for (const note of evaluation.notes) print(session, `note: ${note}`);
  if ("model" in evaluation) for (const line of publishedLines(evaluation)) print(session, line);
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
  const found =
    categories.find(({ name }) => name === wanted) ??
    categories.find(({ name }) => name.toLowerCase() === wanted.toLowerCase()) ??
    categories.find(({ id }) => String(id) === wanted);
  if (found) return found.id;
  const names = categories.map(({ name }) => name);
  const expected = "a category of the annotations, by name or id";
  throw new UsageError(unknownName({ where: "option --classes", expected, name: wanted, names }));
}

import { UsageError } from "../../errors.ts";
import { chosenImages } from "../../evaluateModel/evaluable.ts";
import { type DetectorEvaluation, evaluateDetector } from "../../evaluateModel/evaluateDetector.ts";
import type { EvaluationOptions } from "../../evaluation/parameters.ts";
import type { AnnotatedImage, Annotations } from "../../evaluation/reading/annotations.ts";
import { openDetector } from "../detect/openDetector.ts";
import { pullFirst } from "../detect/pullFirst.ts";
import { EXIT, Interruption, isSilent } from "../failures.ts";
import { NO_JSON, openJsonLines } from "../files/jsonLines.ts";
import { readLabelMap } from "../files/labelMapFile.ts";
import { readImage } from "../files/readImage.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { printError, type Session } from "../io.ts";
import { startProgress } from "../terminal/progress.ts";
import { findAnnotatedImages } from "./imageFolder.ts";
import type { EvalFlags } from "./options.ts";

/** Flags without which there is no model to run, and which say nothing of results. */
const MODEL_FLAGS = {
  weights: "--weights",
  pull: "--pull",
  labelMap: "--label-map",
  backend: "--backend",
  threads: "--threads",
  workers: "--workers",
  build: "--build",
  precision: "--precision",
  lowMemory: "--low-memory",
  size: "--size",
  keepRes: "--keep-res",
  flip: "--flip",
  scales: "--scales",
  reproduceReference: "--reproduce-reference",
  saveResults: "--save-results",
} as const satisfies Partial<Record<keyof EvalFlags, string>>;

/** Whether a model is to be run. @throws UsageError unless there is either a model or results. */
export function runsModel(model: string | undefined, flags: EvalFlags): boolean {
  const refuse = (where: string, expected: string, got: string, hint?: string) => {
    throw new UsageError({ where, expected, got, hint });
  };
  const { results, weights, imageDir } = flags;
  const isModel = model !== undefined || weights !== undefined;
  if (isModel && results) {
    refuse("option --results", "results or a model to run, not both", `${model ?? weights} too`);
  }
  if (!isModel && !results) {
    const hint = "Give --results <file>, or the name of a model and --image-dir <folder>.";
    refuse("command eval", "results, or a model to run", "neither", hint);
  }
  if (isModel && imageDir === undefined) {
    refuse("option --image-dir <folder>", "the folder of the annotated images", "nothing");
  }
  if (flags.pull && weights !== undefined) {
    refuse("option --pull", "to be used without --weights", "both");
  }
  for (const [name, flag] of Object.entries(MODEL_FLAGS)) {
    if (!isModel && flags[name as keyof typeof MODEL_FLAGS] !== undefined)
      refuse(`option ${flag}`, "a model to run", "results");
  }
  return isModel;
}

/** Runs the model on the annotated images of --image-dir and evaluates what it finds. */
export async function evaluateModelRun(
  model: string | undefined,
  flags: EvalFlags,
  annotations: Annotations,
  options: EvaluationOptions,
  session: Session,
): Promise<DetectorEvaluation> {
  const { imageDir = "", pull, saveResults, flip, scales, reproduceReference, type, workers } = flags;
  const { signal } = session;
  const images = chosenImages(annotations, options.imageIds);
  const paths = await findAnnotatedImages(imageDir, images);
  refuseOverwriting([
    ...[...paths.values()].map((path) => ({ path, role: "input" as const, name: `image ${path}` })),
    ...(saveResults === undefined
      ? []
      : [{ path: saveResults, role: "output" as const, name: `option --save-results ${saveResults}` }]),
  ]);
  if (pull) await pullFirst(model, false, session);
  const labelMap = flags.labelMap === undefined ? undefined : await readLabelMap(flags.labelMap);
  const detector = await openDetector({ ...flags, model }, labelMap, session);
  const { notes, backendDetails } = detector.network;
  for (const note of [...notes, ...(backendDetails.note ? [backendDetails.note] : [])])
    printError(session, note);
  const lines =
    saveResults === undefined ? NO_JSON : await openJsonLines(saveResults, session, "--save-results");
  const progress = startProgress(session.stderr, images.length);
  let reached = 0;
  try {
    return await evaluateDetector(
      detector,
      annotations,
      ({ fileName }: AnnotatedImage) => {
        const path = paths.get(fileName);
        return path === undefined ? undefined : readImage(path, session);
      },
      {
        ...options,
        ...{ type, flip, scales, reproduceReference, workers, signal },
        async onImage(record, done) {
          reached = done;
          await lines.add(record);
          if (record.error) {
            progress.hide();
            printError(session, record.error.message);
            session.exitCode = EXIT.images;
          }
          progress.update(done);
        },
      },
    );
  } catch (error) {
    if (!(error instanceof Interruption) || isSilent(error)) throw error;
    const kept = saveResults !== undefined && reached > 0 ? `; their results are kept in ${saveResults}` : "";
    throw new Interruption(
      `${error.message} after ${reached} of ${images.length} images${kept}`,
      error.exitCode,
    );
  } finally {
    progress.stop();
    await lines.finish();
    await detector.dispose();
  }
}

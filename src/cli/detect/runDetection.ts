import { chooseRunner } from "../../batch/chooseRunner.ts";
import { dropHeadStart, type HeadStart, takeHeadStart } from "../../batch/headStart.ts";
import { type ImageRunner, inRunner } from "../../batch/imageRunner.ts";
import type { Detector } from "../../detect.ts";
import { detectionRecord, type RecordedError } from "../../detectionRecord.ts";
import { checkTestTimeOptions, DEFAULT_MAX, DEFAULT_SCORE, type DetectOptions } from "../../detectOptions.ts";
import { concernsEveryImage } from "../../errors.ts";
import { classIdsOf } from "../../models/classIds.ts";
import { chooseTaps } from "../../tapNames.ts";
import { withFlagNames } from "../arguments/flagNames.ts";
import { EXIT, errorMessage, Interruption, isSilent } from "../failures.ts";
import { readLabelMap } from "../files/labelMapFile.ts";
import { readImage } from "../files/readImage.ts";
import { print, type Session } from "../io.ts";
import { type ImageFile, type ImageList, type ListedImage, numbered } from "../lists/imageList.ts";
import { DetectionReport } from "../report/detectionReport.ts";
import { profileRecord } from "../report/profileTables.ts";
import { RunNotes } from "../report/runNotes.ts";
import { readAnnotations } from "../save/annotations.ts";
import { imageIds } from "../save/imageIds.ts";
import type { Finished } from "../save/resultFile.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import { CostLines } from "./costLines.ts";
import type { DetectFlags } from "./flags.ts";
import { openDetector, threadsFor } from "./openDetector.ts";
import { Outputs } from "./outputs.ts";
import { printNote, printOutputs } from "./printOutputs.ts";
import type { Left, Records } from "./records.ts";

/** Loads the model, runs it on all images, and reports. The caller finishes `records`. */
export async function runDetection(
  images: ImageList,
  flags: DetectFlags,
  records: Records,
  session: Session,
): Promise<void> {
  const note = (line: string) => {
    if (!flags.quiet) printNote(session, line);
  };
  const labelMap = flags.labelMap === undefined ? undefined : await readLabelMap(flags.labelMap);
  const annotations = flags.annotations === undefined ? undefined : await readAnnotations(flags.annotations);
  const ids = flags.save?.includes("coco") ? imageIds(images, annotations) : undefined;
  if (ids?.missing.first) {
    const missing = formatCounted(ids.missing.count, "image");
    note(
      `${missing} not in ${flags.annotations}, and so not in the results of --save coco: ${ids.missing.first.path}`,
    );
  }
  const first = await headStartOf(images, flags, session);
  const threads = threadsFor(images.length, flags);
  const detector = await openDetector({ ...flags, threads }, labelMap, session).catch(
    async (error: unknown) => {
      await first?.end();
      throw error;
    },
  );
  try {
    const { model, notes, backendDetails } = detector.network;
    checkTestTimeOptions(model, flags);
    if (flags.profile) detector.network.checkProfile();
    if (flags.classes) classIdsOf(model, flags.classes);
    if (flags.why?.class !== undefined) classIdsOf(model, [flags.why.class], "option why");
    if (flags.activations) chooseTaps(detector.network, flags.activations);
    for (const line of notes) note(line);
    if (backendDetails.note) note(backendDetails.note);
    const left = await records.begin(detector.network);
    if (left.note !== undefined) note(left.note);
    const outputs = await Outputs.open(flags, model, { records, ids, annotations });
    const showsTable = !records.takesStdout && !flags.quiet;
    const paths = pathsOf(images, left);
    const report = new DetectionReport(session, paths, showsTable, flags.quiet ? 0 : left.count);
    const runNotes = new RunNotes(model);
    try {
      await detectAll(
        { images: leftImages(images, left, outputs), first, flags, detector, outputs, report, runNotes },
        session,
      );
    } finally {
      report.finish();
      await outputs.finish();
      const { score, max = DEFAULT_MAX, save: saves = [], quiet } = flags;
      if (!isSilent(session.signal.reason)) {
        for (const line of runNotes.lines({ score, max, saves })) note(line);
        if (!quiet) printOutputs(outputs, report.counts.done, showsTable ? print : printNote, session);
      }
    }
    if (report.counts.failed > 0) session.exitCode = EXIT.images;
  } finally {
    await first?.end();
    await detector.dispose();
  }
}

/** Of the first image, if it is sure that it is to be done, here. */
async function headStartOf(
  images: ImageList,
  { resume, shard, workers = "auto" }: DetectFlags,
  session: Session,
): Promise<HeadStart | undefined> {
  const [image] = numbered(images);
  // Standard input can be read only once.
  const isSure = image && image.path !== "-" && !resume && !shard && !(Number(workers) > 1);
  if (!isSure) {
    await dropHeadStart();
    return undefined;
  }
  return takeHeadStart(() => readImage(image.path, session), image.path);
}

/** The images that are left. All get names of their outputs, so that those are the same in every run. */
function leftImages(images: ImageList, left: Left, outputs: Outputs): Run["images"] {
  return {
    length: left.count,
    *[Symbol.iterator]() {
      for (const image of numbered(images)) {
        outputs.expect(image);
        if (left.has(image.position)) yield image;
      }
    },
  };
}

function* pathsOf(images: ImageList, left: Left): Generator<string> {
  for (const { path, position } of numbered(images)) if (left.has(position)) yield path;
}

interface Run {
  readonly images: Iterable<ListedImage> & { readonly length: number };
  readonly first: HeadStart | undefined;
  readonly flags: DetectFlags;
  readonly detector: Detector;
  readonly outputs: Outputs;
  readonly report: DetectionReport;
  readonly runNotes: RunNotes;
}

async function detectAll(all: Run, session: Session): Promise<void> {
  const { images, outputs, report, runNotes, flags, detector } = all;
  const { workers = "auto", activations, profile } = flags;
  const costs = new CostLines((line) => {
    if (!flags.quiet) report.interject(line);
  });
  const staysHere = activations ? "with --activations" : profile ? "with --profile" : undefined;
  const helpers = await all.first?.helpers;
  const needs = { workers, images: images.length, draws: flags.draw, staysHere, helpers };
  const runner = chooseRunner(detector, needs);
  const run = (image: ListedImage) => detectOne(image, { ...all, runner, costs }, session);
  try {
    for await (const found of inRunner(runner, images, run)) {
      session.signal.throwIfAborted();
      const finished = await writeImages(found, outputs);
      await outputs.add(finished);
      report.add(finished.record, outputs.activations?.takeLines());
      if (finished.result) runNotes.add(finished.result);
    }
  } catch (error) {
    if (!(error instanceof Interruption) || isSilent(error)) throw error;
    const { done } = report.counts;
    const kept = done > 0 ? "; their results are kept" : "";
    const message = `${error.message} after ${done} of ${images.length} images${kept}`;
    throw new Interruption(message, error.exitCode);
  }
}

/** An image that was in the network: its record, and what is to be written to files. */
interface Found extends Finished {
  readonly drawing?: Uint8Array;
}

/** An image that fails yields a record too; an error that concerns every image is thrown. */
async function detectOne(
  image: ListedImage,
  run: Run & { readonly runner: ImageRunner; readonly costs: CostLines },
  session: Session,
): Promise<Found> {
  const { detector, runner, outputs, flags, costs } = run;
  const { signal } = session;
  const { score = DEFAULT_SCORE, max = DEFAULT_MAX, classes } = flags;
  const { flip, scales, explain, why, reproduceReference } = flags;
  try {
    signal.throwIfAborted();
    const decoded = image.position === 0 ? await run.first?.decoded : undefined;
    const source = decoded?.image ?? (await readImage(image.path, session));
    const choice = { score, max, classes, flip, scales, explain, why, reproduceReference };
    const onCost = costs.of(image.path);
    const looking = { heatmaps: outputs.heatmaps !== undefined, ...tapping(image, run) };
    const options = { ...choice, ...looking, signal, onCost, where: image.path };
    const { result, drawing } = await runner.run(source, options, outputs.wantedOf(image), decoded);
    let record = detectionRecord(image.path, result);
    if (flags.profile) {
      const profile = await detector.profile(source, { signal, where: image.path });
      record = { ...record, profile: profileRecord(profile) };
    }
    return { image, record, result, drawing };
  } catch (error) {
    if (concernsEveryImage(error) || error === signal.reason) throw error;
    return { image, record: { image: image.path, error: recordedError(error) } };
  }
}

/** An image whose drawing cannot be written has failed, too. */
async function writeImages({ drawing, ...finished }: Found, outputs: Outputs): Promise<Finished> {
  const { image, record, result } = finished;
  if (!result) return finished;
  try {
    outputs.activations?.finishImage(result);
    await outputs.writeImages(image, { result, drawing });
    return finished;
  } catch (error) {
    return { ...finished, record: { ...record, error: recordedError(error) } };
  }
}

function recordedError(error: unknown): RecordedError {
  const name = error instanceof Error ? error.name : "Error";
  return { name, message: errorMessage(withFlagNames(error), false) };
}

/** Each value of a layer is drawn and dropped before the next is computed. */
function tapping(
  image: ImageFile,
  { outputs: { activations }, flags }: Run,
): Pick<DetectOptions, "taps" | "onTap"> {
  if (!activations) return {};
  return { taps: flags.activations, onTap: (layer, tensor) => activations.write(image, layer, tensor) };
}

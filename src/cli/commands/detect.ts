import { extname, sep } from "node:path";
import { type Command, Option } from "commander";
import { type LabelMap, parseLabelMap } from "../../checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { type Detector, type DetectResult, load } from "../../detect.ts";
import { checkReferenceScales, checkTestTimeOptions } from "../../detectOptions.ts";
import { BackendError, ModelError, systemMessage } from "../../errors.ts";
import type { Backend } from "../../executors/backends.ts";
import { drawDetections, MAX_TRIPLETS } from "../../image/draw/drawDetections.ts";
import { encodeJpeg, encodePng } from "../../image/imageFile.ts";
import type { Precision } from "../../kernels/kernel.ts";
import type { InputSize } from "../../models/model.ts";
import { DEFAULT_MODEL } from "../../models/models.ts";
import { readRegularFile } from "../../platform/regularFile.ts";
import { EXIT, errorMessage, Interruption } from "../failures.ts";
import { DrawingFolder, drawingUses } from "../files/drawingFolder.ts";
import { findImages, type ImageFile } from "../files/findImages.ts";
import { isStdout, type JsonLines, NO_JSON, openJsonLines } from "../files/jsonLines.ts";
import { readImage } from "../files/readImage.ts";
import { type PathUse, refuseOverwriting } from "../files/refuseOverwriting.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import { print, printError, type Session } from "../io.ts";
import {
  backendOption,
  lowMemoryOption,
  maxOption,
  parseName,
  parsePath,
  precisionOption,
  scalesOption,
  scoreOption,
  sizeOption,
  threadsOption,
  valueOption,
  weightsOption,
} from "../options.ts";
import { type DetectionRecord, foundRecord } from "../report/detectionRecord.ts";
import { DetectionReport } from "../report/detectionReport.ts";
import { SEEN_KEYPOINT } from "../report/detectionTable.ts";
import { formatBytes } from "../terminal/formatNumber.ts";
import { loadingLine } from "../terminal/progress.ts";

interface DetectFlags {
  readonly model?: string;
  readonly weights?: string;
  readonly labelMap?: string;
  readonly backend?: Backend;
  readonly precision?: Precision;
  readonly threads?: number;
  readonly lowMemory?: boolean;
  readonly size?: InputSize;
  readonly flip?: true;
  readonly scales?: number[];
  readonly explain?: true;
  readonly reproduceReference?: true;
  readonly score: number;
  readonly max: number;
  readonly out: string;
  readonly json?: string;
  readonly draw: boolean;
}

const DEFAULT_OUT = "centernet-out";

const HELP = `
Folders are searched recursively for .jpg, .jpeg and .png files. Coordinates
are pixels of the original image. The table counts the keypoints with a score
of at least ${SEEN_KEYPOINT}; the JSON holds all of them.

The triplet models (centernet-52, centernet-104) and Objects as Points
(ctdet_coco_hg, multi_pose_hg_3x) see each image at its own size and support
--flip and --scales. The triplet models also support --explain and
--reproduce-reference.

--explain reports why each box was kept and how many pairs of corners were
rejected, and for which reason. Some pairs that a center confirms are still
dropped: beyond 1000 proposals per view, by soft-NMS, or beyond 100 boxes
per image (raise that limit with --max). In the drawing each box has its own
color. The best ${MAX_TRIPLETS} also show their corners, their center and the central
region; the others are faint.

--reproduce-reference repeats three errors of the original code: rows that
soft-NMS dropped stay in the result, centers are not clipped, and an image may
lose its last column. It requires 1 among the scales and keeps at most 100
boxes per image.

With --json each image becomes one line of JSON:
  { image, width, height, model, backend, backendDetails,
    detections: [ { label, classId, score, box: { xmin, ymin, xmax, ymax },
                    keypoints?: [ { name, x, y, score } ], derived?,
                    triplet? } ],
    explanation?,
    times: { load, decode, preprocess, network, postprocess } }    (ms)
An image that fails becomes { image, error: { name, message } }; the others are
still processed, and the exit code is 3. Ctrl-C keeps the finished results
(exit code 130). Lines are written to <file>.unfinished-<process id>, which is
renamed to <file> at the end; it stays if the process is killed. A pipe or a
device is written to directly.

Examples:
  centernet detect samples/people.jpg
  centernet detect photos 'more/**/*.png' --out drawn --score 0.3
  centernet detect photo.jpg --model movenet-lightning --json - --no-draw
  centernet detect photo.jpg --weights CenterNet-104_480000.pkl --flip \\
    --explain`;

export function addDetect(program: Command, session: Session): void {
  program
    .command("detect")
    .description("Find objects and people's poses in images (JPEG or PNG), and draw them.")
    .argument("<image...>", "image files, folders or globs")
    .addOption(valueOption("--model <name>", `see centernet models (default: ${DEFAULT_MODEL})`, parseName))
    .addOption(weightsOption())
    .addOption(
      valueOption(
        "--label-map <file>",
        "a label_map.pbtxt to use instead of the checkpoint's own or COCO's",
        parsePath,
      ),
    )
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(precisionOption())
    .addOption(lowMemoryOption())
    .addOption(sizeOption())
    .option("--flip", "also run the network on the mirror image: slower, finds more")
    .addOption(scalesOption())
    .option("--explain", "explain why boxes were kept and pairs of corners rejected, and draw it")
    .option("--reproduce-reference", "reproduce the errors of the original code, to compare with it")
    .addOption(scoreOption())
    .addOption(maxOption())
    .addOption(valueOption("--out <folder>", "folder for the drawings", parsePath).default(DEFAULT_OUT))
    .addOption(
      valueOption(
        "--json <file>",
        "write the results as lines of JSON; - prints only them to stdout",
        parsePath,
      ),
    )
    .addOption(new Option("--no-draw", "do not draw").conflicts("out"))
    .addHelpText("after", HELP)
    .action((inputs: string[], flags: DetectFlags) => detect(inputs, flags, session));
}

async function detect(inputs: readonly string[], flags: DetectFlags, session: Session): Promise<void> {
  checkReferenceScales(flags);
  const images = await findImages(inputs, flags.out);
  refuseOverwriting(await pathUses(images, flags));
  const json = flags.json === undefined ? NO_JSON : await openJsonLines(flags.json, session);
  try {
    await loadAndDetect(images, flags, json, session);
  } finally {
    // Finished results are kept, whatever stopped the run.
    await json.finish();
  }
}

/** Every path that this run reads or writes. */
async function pathUses(images: readonly ImageFile[], flags: DetectFlags): Promise<PathUse[]> {
  const { model, weights, labelMap, json, draw, out } = flags;
  const input = (path: string, name: string): PathUse => ({ path, role: "input", name });
  const output = (path: string, name: string): PathUse => ({ path, role: "output", name });
  return [
    ...images.map(({ path }) => input(path, `image ${path}`)),
    ...(await weightsUses(weights, model)),
    ...(labelMap === undefined ? [] : [input(labelMap, `label map ${labelMap}`)]),
    ...(json === undefined || isStdout(json) ? [] : [output(json, `option --json ${json}`)]),
    ...(draw ? drawingUses(out, images) : []),
  ];
}

async function loadAndDetect(
  images: readonly ImageFile[],
  flags: DetectFlags,
  json: JsonLines,
  session: Session,
): Promise<void> {
  const { model, weights, backend, threads, precision, lowMemory, size } = flags;
  const labelMap = flags.labelMap === undefined ? undefined : await readLabelMap(flags.labelMap);
  const onProgress = loadingLine(session.stderr);
  const detector = await load(model, {
    weights,
    backend,
    threads,
    precision,
    memory: lowMemory ? "low" : undefined,
    inputSize: size,
    labelMap,
    onProgress,
    signal: session.signal,
  });
  try {
    checkTestTimeOptions(detector.network.model, flags);
    const { notes, backendDetails } = detector.network;
    for (const note of notes) printError(session, note);
    if (backendDetails.note) printError(session, backendDetails.note);
    const drawings = flags.draw ? await DrawingFolder.open(flags.out, images) : undefined;
    const showsTable = !json.takesStdout;
    const report = new DetectionReport(
      session,
      images.map(({ path }) => path),
      showsTable,
    );
    try {
      await detectAll({ images, flags, detector, drawings, report, json }, session);
    } finally {
      report.finish();
      if (drawings && showsTable) printDrawings(drawings, session);
    }
    if (report.counts.failed > 0) session.exitCode = EXIT.images;
  } finally {
    await detector.dispose();
  }
}

/** Those of Open Images, with 601 classes, have 60 kB. */
const MAX_LABEL_MAP = 32e6;

async function readLabelMap(path: string): Promise<LabelMap> {
  const bytes = await readRegularFile(path, MAX_LABEL_MAP).catch((error: unknown) => {
    const expected = `a label map of at most ${formatBytes(MAX_LABEL_MAP)}`;
    throw new ModelError({ where: path, expected, got: systemMessage(error) }, { cause: error });
  });
  return parseLabelMap(bytes, path);
}

interface Run {
  readonly images: readonly ImageFile[];
  readonly flags: DetectFlags;
  readonly detector: Detector;
  /** Absent with --no-draw. */
  readonly drawings?: DrawingFolder;
  readonly report: DetectionReport;
  readonly json: JsonLines;
}

async function detectAll(run: Run, { signal }: Session): Promise<void> {
  const { images, report, json } = run;
  try {
    for (const image of images) {
      signal.throwIfAborted();
      const record = await detectOne(image, run, signal);
      await json.add(record);
      report.add(record);
    }
  } catch (error) {
    if (!(error instanceof Interruption) || error.message === "") throw error;
    const { done } = report.counts;
    const kept = done > 0 ? "; their results are kept" : "";
    const message = `${error.message} after ${done} of ${images.length} images${kept}`;
    throw new Interruption(message, error.exitCode);
  }
}

/** An image that fails yields a record too; an error that concerns every image is thrown. */
async function detectOne(image: ImageFile, run: Run, signal: AbortSignal): Promise<DetectionRecord> {
  const { detector, drawings } = run;
  const { score, max, flip, scales, explain, reproduceReference } = run.flags;
  let record: DetectionRecord = { image: image.path };
  try {
    const bytes = await readImage(image.path);
    const testTime = { flip, scales, explain, reproduceReference };
    const result = await detector.detect(bytes, { score, max, ...testTime, signal, where: image.path });
    record = foundRecord(image.path, result);
    await drawings?.write(image, drawn(result, drawings.pathOf(image)));
    return record;
  } catch (error) {
    const concernsEveryImage = error instanceof ModelError || error instanceof BackendError;
    if (concernsEveryImage || error === signal.reason) throw error;
    const name = error instanceof Error ? error.name : "Error";
    return { ...record, error: { name, message: errorMessage(error, false) } };
  }
}

/** The file name decides between PNG and JPEG. */
function drawn({ image, detections }: DetectResult, path: string): Uint8Array {
  const drawing = drawDetections(image, detections, { keypointScore: SEEN_KEYPOINT });
  return extname(path) === ".png" ? encodePng(drawing) : encodeJpeg(drawing);
}

const MAX_RENAMED_LISTED = 10;

function printDrawings({ written, renamed, folder }: DrawingFolder, session: Session): void {
  if (written.length === 0) return;
  print(session, `drawn: ${written.length === 1 ? written[0] : `${folder}${sep}`}`);
  for (const { path, image } of renamed.slice(0, MAX_RENAMED_LISTED)) {
    print(session, `  ${path} shows ${image.path}`);
  }
  const more = renamed.length - MAX_RENAMED_LISTED;
  if (more > 0) print(session, `  and ${more} more, numbered in input order`);
}

/**
 * How good a detector is on annotated images. Its detections pass through the lines of `detect --json`, so that the
 * outcome is the one that those lines, kept in a file, have later.
 */
import { chooseRunner, type Workers } from "../batch/chooseRunner.ts";
import { type ImageRunner, inRunner } from "../batch/imageRunner.ts";
import type { Detector } from "../detect.ts";
import { type DetectionRecord, detectionRecord } from "../detectionRecord.ts";
import { checkTestTimeOptions, DEFAULT_MAX } from "../detectOptions.ts";
import { CenterNetError, concernsEveryImage, UsageError } from "../errors.ts";
import { type Evaluation, evaluate } from "../evaluation/evaluate.ts";
import { type EvaluationOptions, evaluationParameters } from "../evaluation/parameters.ts";
import type { AnnotatedImage, Annotations } from "../evaluation/reading/annotations.ts";
import type { EvaluationType } from "../evaluation/reading/foundColumns.ts";
import { readResults } from "../evaluation/reading/results.ts";
import { jsonLine } from "../formats/jsonFrame.ts";
import type { ImageSource } from "../imageSources/imageSource.ts";
import type { TestTimeOptions } from "../models/view.ts";
import { counted } from "../support/counted.ts";
import { chosenImages, typeFor } from "./evaluable.ts";
import { comparedWithPublished, type PublishedComparison } from "./published.ts";

export interface EvaluateDetectorOptions
  extends EvaluationOptions,
    Pick<TestTimeOptions, "flip" | "scales" | "reproduceReference"> {
  /** Default: keypoints if the model finds some and the annotations have some, else boxes. */
  readonly type?: EvaluationType;
  /**
   * Called after each image, in the order of the annotations, with its record: the line that `detect --json` writes, with
   * the annotations' `file_name`. The next call waits for the promise that it returns.
   */
  readonly onImage?: (record: DetectionRecord, done: number, all: number) => void | Promise<void>;
  /** As of `Detector.detectAll`. Default: `auto`. */
  readonly workers?: Workers;
  readonly signal?: AbortSignal;
}

/** The rows and arrays, and what was published for this model. */
export interface DetectorEvaluation extends Evaluation {
  readonly model: string;
  /** Images that could not be read. They are evaluated as without detections. */
  readonly failed: readonly string[];
  /** Images that were not there. They are not evaluated. */
  readonly missing: readonly string[];
  /** Whether each image decided the size that the network ran at. */
  readonly sizedByImage: boolean;
  /** Every figure that was published for the model. */
  readonly published: readonly PublishedComparison[];
}

/**
 * Detects on the annotated images, with every box that the model gives (score 0), and evaluates.
 *
 *     const annotations = annotationsOf(JSON.parse(text));
 *     const { rows } = await evaluateDetector(detector, annotations, ({ fileName }) => `val2017/${fileName}`);
 *
 * @param imageOf the image of an entry of the annotations; undefined if it is missing
 * @throws UsageError for annotations without an image, class or keypoint that the model could find, and as `evaluate`.
 * @throws ModelError, BackendError as `Detector.detect`, and whatever `imageOf` throws; an ImageError or UsageError of an
 *   image only fails that image.
 * @throws the signal's reason once it is aborted.
 */
export async function evaluateDetector(
  detector: Detector,
  annotations: Annotations,
  imageOf: (image: AnnotatedImage) => ImageSource | undefined | Promise<ImageSource | undefined>,
  options: EvaluateDetectorOptions = {},
): Promise<DetectorEvaluation> {
  const {
    flip,
    scales,
    reproduceReference,
    type: wanted,
    onImage,
    workers = "auto",
    signal,
    ...evaluation
  } = options;
  const { model } = detector.network;
  checkTestTimeOptions(model, { flip, scales, reproduceReference });
  const type = typeFor(model, annotations, wanted);
  const images = chosenImages(annotations, evaluation.imageIds);
  // Options are checked now and not after hours of detecting.
  evaluationParameters(annotations, type, evaluation);
  // As many as the authors' own tests keep, or as the model finds.
  const max = Math.max(DEFAULT_MAX, model.maxDetections ?? 0);
  const missing: AnnotatedImage[] = [];
  const failed: string[] = [];
  let beyondMax = 0;

  async function* lines(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    const runner = chooseRunner(detector, { workers, images: images.length });
    const run = async (image: AnnotatedImage) => ({ image, record: await recordOf(image, runner) });
    let done = 0;
    for await (const { image, record } of inRunner(runner, images, run)) {
      done++;
      if (record === undefined) {
        missing.push(image);
        continue;
      }
      if (record.error) failed.push(image.fileName);
      if (record.leftOut?.max) beyondMax++;
      await onImage?.(record, done, images.length);
      const { width, height, error, detections } = record;
      yield encoder.encode(`${jsonLine({ image: image.fileName, width, height, error, detections })}\n`);
    }
    if (missing.length === images.length) {
      const expected = `at least one of the images of ${annotations.name}`;
      throw new UsageError({ where: "images", expected, got: `none, not even ${images[0]?.fileName}` });
    }
  }

  async function recordOf(image: AnnotatedImage, runner: ImageRunner): Promise<DetectionRecord | undefined> {
    const { fileName: name } = image;
    try {
      signal?.throwIfAborted();
      const source = await imageOf(image);
      if (source === undefined) return undefined;
      const choice = { score: 0, max, flip, scales, reproduceReference, signal, where: name };
      const { result } = await runner.run(source, choice, { keepsImage: false });
      return detectionRecord(name, result);
    } catch (error) {
      if (concernsEveryImage(error) || !(error instanceof CenterNetError)) throw error;
      return { image: name, error: { name: error.name, message: error.message } };
    }
  }

  const results = await readResults(lines(), annotations, { name: model.name, type, signal });
  const gone = new Set(missing.map(({ id }) => id));
  const imageIds =
    gone.size === 0 ? evaluation.imageIds : images.flatMap(({ id }) => (gone.has(id) ? [] : [id]));
  const outcome = evaluate(annotations, results, { ...evaluation, imageIds });
  const notes = [
    ...(gone.size > 0
      ? [
          `${counted(gone.size, "image")} of ${images.length} missing, such as ${missing[0].fileName}: not evaluated`,
        ]
      : []),
    ...(beyondMax > 0
      ? [
          `more than ${max} boxes in ${counted(beyondMax, "image")}: the best ${max} count, as in the authors' tests`,
        ]
      : []),
  ];
  const run = { flip, scales, type, size: detector.network.inputSize };
  return {
    ...outcome,
    notes: [...outcome.notes, ...notes],
    model: model.name,
    sizedByImage: model.sizedByImage ?? false,
    failed,
    missing: missing.map(({ fileName }) => fileName),
    published: comparedWithPublished(model, run, outcome, { ...evaluation, imageIds }),
  };
}

/** The decode alone: from maps that a network has already returned to detections, without another run. */
import { chooseDetections, detectionFates, type LeftOut } from "./chooseDetections.ts";
import type { Detection } from "./detection.ts";
import {
  checkPixel,
  checkTestTimeOptions,
  DECODE_OPTIONS,
  DEFAULT_MAX,
  DEFAULT_SCORE,
  type DetectOptions,
} from "./detectOptions.ts";
import { UsageError } from "./errors.ts";
import type { RgbImage } from "./image/rgbImage.ts";
import { classIdsOf } from "./models/classIds.ts";
import type { Model } from "./models/model.ts";
import type { Explained, Maps, Result, ViewOptions, Views } from "./models/view.ts";
import type { Network } from "./network.ts";
import { checkOptions } from "./support/checkArguments.ts";
import { counted } from "./support/counted.ts";

export type DecodeOptions = Pick<
  DetectOptions,
  "score" | "max" | "classes" | "flip" | "scales" | "explain" | "why" | "reproduceReference"
>;

export interface DecodedOutputs extends Explained {
  /** Best first, in pixels of the image. */
  readonly detections: Detection[];
  /** What `classes`, `score` and `max` left out. */
  readonly leftOut: LeftOut;
}

/**
 * Decodes the network's outputs for an image as `detect` does, for other limits or another pixel to explain:
 *
 *     const { outputs } = detector.network.graph;
 *     const { image, taps } = await detector.detect(file, { taps: Object.values(outputs) });
 *     const maps = Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, taps[node]]));
 *     const { why } = decodeOutputs(detector.network, image, [maps], { why: { x: 320, y: 240 } });
 *
 * `outputs` has one entry per run of the network, in the order of the result's `geometry`: by output name,
 * each [1, height, width, channels]. `image` is the upright one.
 *
 * @throws UsageError for invalid options, or if there are not as many entries as runs.
 */
export function decodeOutputs(
  network: Pick<Network, "model" | "inputSize" | "constants">,
  image: RgbImage,
  outputs: readonly Maps[],
  options: DecodeOptions = {},
): DecodedOutputs {
  checkOptions(options, DECODE_OPTIONS, "decodeOutputs");
  const { model, inputSize, constants } = network;
  checkTestTimeOptions(model, options);
  const views = model.views(image, { size: inputSize, constants }, viewOptions(model, options, image));
  const found = decodeRuns(views, outputs);
  return chosenResult(views.combine(found), model, options);
}

/** The options as the model's views take them: with the ids of the classes that `why` chooses from. */
export function viewOptions(
  model: Model,
  { why, ...options }: DecodeOptions,
  image: { readonly width: number; readonly height: number },
  where = "the image",
): ViewOptions {
  if (!why) return options;
  checkPixel(why, image, where);
  return { ...options, why: { x: why.x, y: why.y, classIds: askedClasses(model, { ...options, why }) } };
}

/** @throws UsageError for a class of `why` or of `classes` that the model does not have. */
export function askedClasses(model: Model, { why, classes }: DecodeOptions): ReadonlySet<number> | undefined {
  if (why?.class !== undefined) return classIdsOf(model, [why.class], "option why");
  return classes && classIdsOf(model, classes);
}

function decodeRuns<Found>({ views }: Views<Found>, outputs: readonly Maps[]): Found[] {
  const runs = views.reduce((sum, { mirror }) => sum + (mirror ? 2 : 1), 0);
  if (outputs.length !== runs) {
    const expected = `the outputs of ${counted(runs, "run")} of the network`;
    throw new UsageError({ where: "decodeOutputs", expected, got: `${outputs.length}` });
  }
  let next = 0;
  return views.map((view) => {
    const plain = outputs[next++];
    return view.decode(view.mirror ? view.mirror.average(plain, outputs[next++]) : plain);
  });
}

/** What the options choose of what the model found, with what was asked to be explained. */
export function chosenResult(
  { detections: found, explain }: Result,
  model: Model,
  { score = DEFAULT_SCORE, max = DEFAULT_MAX, classes }: DecodeOptions,
): DecodedOutputs {
  const choice = { score, max, classIds: classes && classIdsOf(model, classes) };
  const { detections, leftOut } = chooseDetections(found, choice);
  const explained = explain?.({ detections, fates: detectionFates(found, detections, choice) });
  return { detections, leftOut, ...explained };
}

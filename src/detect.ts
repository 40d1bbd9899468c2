/**
 * From an image to detections. `load` prepares a network on a backend. `Detector.detect` asks its model which
 * views of the image to run, runs them one after the other, and lets the model decode what the network found.
 */
import type { RunResult } from "./backend/executor.ts";
import type { PeakQuery } from "./backend/peakQuery.ts";
import { isWorkers, WORKERS_EXPECTED } from "./batch/chooseRunner.ts";
import { type DetectAllOptions, type DetectedImage, detectAll } from "./batch/detectAll.ts";
import type { DetectorRecipe } from "./batch/messages.ts";
import { portableOptions } from "./batch/portable.ts";
import { whyNothing } from "./chooseDetections.ts";
import { CostEstimates } from "./cost.ts";
import { askedClasses, chosenResult, viewOptions } from "./decodeOutputs.ts";
import {
  checkTestTimeOptions,
  DEFAULT_MAX,
  DEFAULT_SCORE,
  DETECT_OPTIONS,
  type DetectOptions,
  type DetectorProfileOptions,
  isString,
  NETWORK_OPTIONS,
  PROFILE_OPTIONS,
} from "./detectOptions.ts";
import type { DetectResult, Times } from "./detectResult.ts";
import { UsageError } from "./errors.ts";
import { Geometry } from "./image/geometry.ts";
import type { ImageSource } from "./imageSources/imageSource.ts";
import { nameOfSource, readImageSource } from "./imageSources/readImageSource.ts";
import type { ClassHeatmaps } from "./models/classHeatmaps.ts";
import { classIdsOf } from "./models/classIds.ts";
import type { Model } from "./models/model.ts";
import { blameSize, checkSizeOfImage } from "./models/sizeOfImage.ts";
import type { InputSize, Result, View, Views } from "./models/view.ts";
import {
  loadNetwork,
  type Network,
  type NetworkOptions,
  type NetworkRunOptions,
  type Profile,
} from "./network.ts";
import { checkOptions, describeValue, isObject, type OptionKind } from "./support/checkArguments.ts";
import { ALL_TAPS, chooseTaps } from "./tapNames.ts";

/**
 * Loads a model and prepares it on a backend.
 *
 *     const detector = await load("movenet-multipose", { backend: "auto" });
 *     const { detections } = await detector.detect(await readFile("samples/people.jpg"));
 *     console.log(detections[0]);
 *     await detector.dispose();
 *
 * prints (here rounded and shortened):
 *
 *     {
 *       label: "person",
 *       classId: 1,
 *       score: 0.51,
 *       box: { xmin: 1, ymin: 16, xmax: 353, ymax: 599 },
 *       keypoints: [{ name: "nose", x: 177, y: 141, score: 0.74 }, … 16 more]
 *     }
 *
 * Without a name, `options.weights` decide which model it is; without both it is `movenet-multipose`, whose
 * weights ship with this package.
 *
 * @throws ModelError for an unknown name, or if the weights cannot be read or do not fit the model; it then
 *   lists every difference.
 * @throws BackendError if the backend is not available, lacks memory or fails its self-test.
 * @throws UsageError for an unknown backend or option, an argument of the wrong type, or an input size that
 *   the model cannot take.
 * @throws the signal's reason once it is aborted.
 */
export async function load(name?: string, options: NetworkOptions = {}): Promise<Detector> {
  const start = performance.now();
  if (name !== undefined && !isString(name)) {
    const expected = "a model's name, or undefined to let the weights decide";
    throw new UsageError({ where: "model", expected, got: describeValue(name) });
  }
  checkOptions(options, NETWORK_OPTIONS, "load");
  const network = await loadNetwork(name, options);
  const portable = portableOptions(options);
  return new Detector(network, performance.now() - start, portable && { name, options: portable });
}

const DETECT_ALL_OPTIONS = {
  ...DETECT_OPTIONS,
  workers: { expected: WORKERS_EXPECTED, fits: isWorkers },
} satisfies Record<keyof DetectAllOptions, OptionKind>;

/** A model that is ready to run. It holds memory until `dispose` is called. */
export class Detector {
  /** Settles once all runs have ended. */
  private turn: Promise<unknown> = Promise.resolve();
  private takesTurns = false;
  private readonly calls = new Set<Promise<unknown>>();
  private readonly costs: CostEstimates;
  private disposal?: Promise<void>;

  constructor(
    readonly network: Network,
    private readonly loadTime: number,
    /** What threads load it with; absent if its weights cannot be sent to them. */
    readonly recipe?: DetectorRecipe,
  ) {
    this.costs = new CostEstimates(network);
  }

  /**
   * Finds the objects in an image: the bytes of a JPEG or PNG file, its path or URL, a `Blob` or `Response`,
   * pixels (`RgbImage`, `ImageData`, what sharp's `raw()` returns), or what a browser can draw (`ImageBitmap`,
   * canvas, `<img>`, `<video>`, `VideoFrame`). Calls may overlap; the backend runs them one after the other.
   * Do not change RGB pixels until the promise settles; what a browser holds is read at once.
   *
   * @throws ImageError if there is no readable image, or if it is too large for the backend.
   * @throws UsageError for anything else than an image, for invalid options, and after `dispose()`.
   * @throws BackendError if the backend fails, for example because its device is lost.
   * @throws ModelError if the network outputs numbers that are not finite.
   * @throws the signal's reason once it is aborted.
   * @throws whatever `onTap` throws.
   */
  async detect(image: ImageSource, options: DetectOptions = {}): Promise<DetectResult> {
    return this.tracked("detect", () => this.find(image, options));
  }

  /**
   * Finds the objects in many images, in their order: a list, a stream, a generator. Images are decoded while the network
   * runs, and several go through networks at once if the machine has the cores (`workers`); the numbers are the same.
   * Only a few images are taken from the list before their turn, and none while the caller is busy with a result.
   *
   *     for await (const { source, result, error } of detector.detectAll(paths)) {
   *       console.log(source, error ? error.message : result.detections.length);
   *     }
   *
   * An image that fails has an `error` and ends nothing. Leaving the loop ends the threads.
   *
   * @throws UsageError for invalid options, and after `dispose()`.
   * @throws as `detect` what concerns every image: ModelError, BackendError, the signal's reason.
   */
  detectAll(
    images: AsyncIterable<ImageSource> | Iterable<ImageSource>,
    options: DetectAllOptions = {},
  ): AsyncGenerator<DetectedImage, void, undefined> {
    if (this.disposal) throw disposedOf("detectAll");
    checkOptions(options, DETECT_ALL_OPTIONS, "detectAll");
    if (!isObject(images) || !(Symbol.asyncIterator in images || Symbol.iterator in images)) {
      const expected = "a list or stream of images";
      throw new UsageError({ where: "detectAll", expected, got: describeValue(images) });
    }
    if (ArrayBuffer.isView(images)) {
      const hint = "Give a list, as in detectAll([bytes]), or call detect.";
      throw new UsageError({
        where: "detectAll",
        expected: "a list or stream of images",
        got: "bytes",
        hint,
      });
    }
    this.choiceOf(options);
    return detectAll(this, images, options, () => {
      if (this.disposal) throw disposedOf("detectAll");
    });
  }

  /**
   * Times every layer of the network on an image, of which the first view counts:
   *
   *     const { layers } = await detector.profile("samples/people.jpg", { runs: 10 });
   *
   * Only the network is timed, over several runs; each layer's fastest counts. Other work on the machine disturbs it.
   *
   * @throws BackendError if the backend cannot time its layers: `wasm` and `wgsl` can.
   * @throws as `detect`.
   */
  async profile(image: ImageSource, options: DetectorProfileOptions = {}): Promise<Profile> {
    return this.tracked("profile", () => this.time(image, options));
  }

  private async time(image: ImageSource, options: DetectorProfileOptions): Promise<Profile> {
    checkOptions(options, PROFILE_OPTIONS, "profile");
    const { where = nameOfSource(image), runs, signal } = options;
    signal?.throwIfAborted();
    const pixels = await readImageSource(image, where, signal);
    const { model, inputSize, constants } = this.network;
    const [view] = model.views(pixels, { size: inputSize, constants }, {}).views;
    checkSize(view.size, this.network, undefined, where);
    return this.inTurn(this.network.fused, () => this.network.profile(view.inputs(), { runs, signal }));
  }

  /**
   * Runs `work` on the network while no other call does: for functions of a network, such as `findFaces`. `dispose` waits
   * for it.
   *
   * @throws UsageError for a detector that was disposed of.
   */
  lend<Value>(work: (network: Network) => Promise<Value>): Promise<Value> {
    this.takesTurns = true;
    return this.tracked("lend", () => this.inTurn(this.network.fused, () => work(this.network)));
  }

  /** Makes `dispose` wait for the call. */
  private async tracked<Value>(where: string, start: () => Promise<Value>): Promise<Value> {
    if (this.disposal) throw disposedOf(where);
    const call = start();
    this.calls.add(call);
    try {
      return await call;
    } finally {
      this.calls.delete(call);
    }
  }

  private async find(image: ImageSource, options: DetectOptions): Promise<DetectResult> {
    checkOptions(options, DETECT_OPTIONS, "detect");
    const { score = DEFAULT_SCORE, max = DEFAULT_MAX, signal, onTap } = options;
    const { model, inputSize, constants } = this.network;
    const { classIds, taps, fuse } = this.choiceOf(options);
    signal?.throwIfAborted();
    const clock = stopwatch();
    const { where = nameOfSource(image) } = options;
    const pixels = await readImageSource(image, where, signal);
    signal?.throwIfAborted();
    const decode = clock();
    const loaded = { size: inputSize, constants };
    const views = model.views(pixels, loaded, viewOptions(model, options, pixels, where));
    const prepare = clock();
    for (const { size } of views.views) checkSizeOfImage(size, model, where);
    const estimate = options.onCost && (await this.costs.of(views.views));
    if (estimate) options.onCost?.(estimate);
    clock();
    const {
      times,
      taps: tapped,
      heatmaps,
      ...found
    } = await this.inTurn(fuse, () => {
      return runViews(views, this.network, { taps, onTap, fuse, signal }, where, options.heatmaps);
    });
    if (estimate && fuse === this.network.fused) this.costs.learn(estimate, times.network);
    const choice = { score, max, classIds };
    const { detections, leftOut, ...explained } = chosenResult(found, model, options);
    const limitReached = detections.length === model.maxDetections ? detections.length : undefined;
    return {
      width: pixels.width,
      height: pixels.height,
      image: pixels,
      model: model.name,
      backend: this.network.backend,
      backendDetails: this.network.backendDetails,
      fused: fuse,
      detections,
      leftOut,
      ...(detections.length === 0 && { nothingFound: whyNothing(model, pixels, leftOut, choice) }),
      ...(limitReached && { limitReached }),
      ...explained,
      geometry: geometryOf(views),
      ...(heatmaps && { heatmaps }),
      times: { load: this.loadTime, decode, ...times, preprocess: prepare + times.preprocess },
      taps: tapped,
    };
  }

  /** @throws UsageError for options that the model cannot take, whatever the image. */
  private choiceOf(options: DetectOptions) {
    const { model, fused } = this.network;
    checkTestTimeOptions(model, options);
    const classIds = options.classes && classIdsOf(model, options.classes);
    askedClasses(model, options);
    const wanted = options.taps ?? (options.onTap ? ALL_TAPS : []);
    const isTapped = [wanted].flat().length > 0;
    return { classIds, ...(isTapped ? chooseTaps(this.network, wanted) : { taps: [], fuse: fused }) };
  }

  /**
   * Runs take turns if the network may have to be prepared for one: if images decide the size, and from the first run on
   * that does not fuse as the network was loaded.
   */
  private inTurn<Value>(fuse: boolean, work: () => Promise<Value>): Promise<Value> {
    this.takesTurns ||= this.network.model.sizedByImage || fuse !== this.network.fused;
    const running = this.takesTurns ? this.turn.then(work) : work();
    // Without their values: each would hold the one before it, and so all results that ever were.
    this.turn = Promise.allSettled([this.turn, running]).then(() => {});
    return running;
  }

  /** Frees the backend's memory, after waiting for calls that are under way. */
  dispose(): Promise<void> {
    this.disposal ??= Promise.allSettled(this.calls).then(() => this.network.dispose());
    return this.disposal;
  }
}

function disposedOf(where: string): UsageError {
  return new UsageError({ where, expected: "a detector in use", got: "one that was disposed of" });
}

export interface ViewsResult extends Result {
  /** Those of the first run. */
  readonly taps: RunResult["taps"];
  /** Present if they were asked for. */
  readonly heatmaps?: ClassHeatmaps;
  /** In milliseconds, summed over all views. */
  readonly times: Omit<Times, "load" | "decode">;
}

/**
 * Runs every view through the network, one after the other, then combines their results. `where` names the
 * image in errors.
 *
 * @throws ImageError if the image decides the size and is too large for the backend. If the backend knows
 *   that in advance, nothing is run.
 */
export async function runViews<Found>(
  views: Views<Found>,
  network: Network,
  { taps, onTap, fuse, signal }: NetworkRunOptions,
  where: string,
  withHeatmaps = false,
): Promise<ViewsResult> {
  for (const { size } of views.views) checkSize(size, network, fuse, where);
  const times = { preprocess: 0, network: 0, postprocess: 0 };
  let tapped: RunResult["taps"] | undefined;
  const heatmaps: ClassHeatmaps["views"][number][] = [];
  const run = async (source: Pick<View<Found>, "inputs">, size: InputSize, peaks?: PeakQuery) => {
    signal?.throwIfAborted();
    const clock = stopwatch();
    const inputs = source.inputs();
    // Reading `data` makes the input now, so that its time counts as preprocessing.
    if (!network.samplesImages) for (const input of Object.values(inputs)) void input.data;
    times.preprocess += clock();
    const result = await network
      .run(inputs, { ...(!tapped && { taps, onTap }), fuse, signal, peaks })
      .catch((error: unknown) => blameSize(error, size, network.model, where));
    times.network += clock();
    tapped ??= result.taps;
    if (withHeatmaps) heatmaps.push(heatmapsIn(result.outputs, network.model));
    return result;
  };
  // A function of its own so that the outputs of a view can be freed before the next view runs.
  const foundIn = async (view: View<Found>): Promise<Found> => {
    const { size, mirror, peaks } = view;
    const result = await run(view, size, withHeatmaps ? undefined : peaks?.query);
    const mirrored = mirror && (await run(mirror, size));
    const clock = stopwatch();
    const found =
      peaks && result.peaks
        ? peaks.decode(result.peaks)
        : view.decode(mirrored ? mirror.average(result.outputs, mirrored.outputs) : result.outputs);
    times.postprocess += clock();
    return found;
  };

  const found: Found[] = [];
  for (const view of views.views) found.push(await foundIn(view));
  const clock = stopwatch();
  const result = views.combine(found);
  times.postprocess += clock();
  const { classes, heatmaps: source } = network.model;
  return {
    ...result,
    taps: tapped ?? {},
    ...(withHeatmaps && { heatmaps: { classes, classIds: source.classIds, views: heatmaps } }),
    times,
  };
}

function heatmapsIn(outputs: RunResult["outputs"], { heatmaps }: Model): ClassHeatmaps["views"][number] {
  return Object.fromEntries(Object.entries(heatmaps.outputs).map(([part, name]) => [part, outputs[name]]));
}

/** One view per run, in their order: that on the mirror image follows that on the image. */
function geometryOf({ views }: Views<unknown>): Geometry {
  const placements = views.map(({ placement, mirror }) => {
    return mirror ? [placement, { ...placement, mirrored: true }] : [placement];
  });
  return new Geometry({ views: placements.flat() });
}

function checkSize(size: InputSize, network: Network, fuse: boolean | undefined, where: string): void {
  checkSizeOfImage(size, network.model, where);
  try {
    network.checkMemory(size, fuse);
  } catch (error) {
    blameSize(error, size, network.model, where);
  }
}

/** Returns the milliseconds since its last call, or since it was made. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const elapsed = now - last;
    last = now;
    return elapsed;
  };
}

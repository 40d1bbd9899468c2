/** RgbImage → detections: the public call. */
import type { NdArray } from "ndarray";
import type { BackendDetails } from "./backend/backendDetails.ts";
import type { RunOptions, RunResult } from "./backend/executor.ts";
import type { PeakQuery } from "./backend/peakQuery.ts";
import type { Detection, Explanation } from "./detection.ts";
import {
  checkImage,
  checkReferenceScales,
  checkTestTimeOptions,
  DEFAULT_MAX,
  DEFAULT_SCORE,
  DETECT_OPTIONS,
  type DetectOptions,
  isString,
  NETWORK_OPTIONS,
} from "./detectOptions.ts";
import { ImageError, MemoryError, UsageError } from "./errors.ts";
import { decodeImage } from "./image/imageFile.ts";
import { MAX_PIXELS } from "./image/imageLimits.ts";
import type { RgbImage } from "./image/rgbImage.ts";
import type { InputSize, Result, View, Views } from "./models/view.ts";
import { loadNetwork, type Network, type NetworkOptions } from "./network.ts";
import { checkOptions, describeValue } from "./support/checkArguments.ts";

export interface DetectResult {
  /** Of the image, in pixels, upright. */
  width: number;
  height: number;
  /** The image's pixels, upright, to draw on. */
  image: RgbImage;
  model: string;
  /** The one that ran. */
  backend: string;
  /** How it ran: of `wasm` its build, threads and precision. */
  backendDetails: BackendDetails;
  /** Best first; pixels of the image. */
  detections: Detection[];
  /** Where it was asked for. */
  explanation?: Explanation;
  /** Milliseconds. */
  times: Times;
  /** By node name: [1, height, width, channels]; empty unless asked for. */
  taps: Readonly<Record<string, NdArray<Float32Array>>>;
}

export interface Times {
  /** Weights, compilation and the backend's self-test: once a detector. */
  load: number;
  /** File to pixels. */
  decode: number;
  /** Pixels to the network's input; where the backend samples the image on its device, that is part of `network`. */
  preprocess: number;
  /** Input to maps, upload and read-back included. The first run compiles. */
  network: number;
  /** Maps to detections. */
  postprocess: number;
}

/**
 * Loads a model, by default `movenet-multipose` with the weights that ship with this package.
 *
 *     const detector = await load("movenet-multipose", { backend: "auto" });
 *     const { detections } = await detector.detect(bytesOfAJpeg);
 *     await detector.dispose();
 *
 * Without a name, the weights decide which model it is.
 *
 * @throws ModelError for an unknown name, or weights that cannot be read or do not fit, with every difference.
 * @throws BackendError where the backend is missing or computes wrong numbers.
 * @throws UsageError for an unknown backend or option, an argument of the wrong kind, or an input size that
 *   the model cannot take.
 * @throws the signal's reason once it is aborted.
 */
export async function load(name?: string, options: NetworkOptions = {}): Promise<Detector> {
  const start = performance.now();
  if (name !== undefined && !isString(name)) {
    const expected = "a model's name, or undefined for the one that the weights say";
    throw new UsageError({ where: "model", expected, got: describeValue(name) });
  }
  checkOptions(options, NETWORK_OPTIONS, "load");
  const network = await loadNetwork(name, options);
  return new Detector(network, performance.now() - start);
}

export class Detector {
  private turn: Promise<unknown> = Promise.resolve();
  private readonly calls = new Set<Promise<DetectResult>>();
  private disposal?: Promise<void>;

  constructor(
    readonly network: Network,
    private readonly loadTime: number,
  ) {}

  /**
   * Finds the objects in an image: the bytes of a JPEG or PNG file, or pixels (`RgbImage`: RGB, 8 bits).
   * Calls may overlap; they run one after the other. Pixels must stay as they are until the promise settles.
   *
   * @throws ImageError for bytes that are no image it can read; UsageError for another kind of image, for
   *   options that make no sense and after `dispose()`; the signal's reason once it is aborted.
   */
  async detect(
    image: Uint8Array | ArrayBuffer | RgbImage,
    options: DetectOptions = {},
  ): Promise<DetectResult> {
    if (this.disposal) {
      const fault = { where: "detect", expected: "a detector in use", got: "one that was disposed of" };
      throw new UsageError(fault);
    }
    const call = this.find(image, options);
    this.calls.add(call);
    try {
      return await call;
    } finally {
      this.calls.delete(call);
    }
  }

  private async find(
    image: Uint8Array | ArrayBuffer | RgbImage,
    options: DetectOptions,
  ): Promise<DetectResult> {
    checkOptions(options, DETECT_OPTIONS, "detect");
    const { score = DEFAULT_SCORE, max = DEFAULT_MAX, signal, taps, where = "image" } = options;
    const { model, inputSize, constants } = this.network;
    checkTestTimeOptions(model, options);
    checkReferenceScales(options);
    signal?.throwIfAborted();
    const clock = stopwatch();
    const bytes = image instanceof ArrayBuffer ? new Uint8Array(image) : image;
    const pixels = bytes instanceof Uint8Array ? decodeImage(bytes, where) : checkImage(bytes, where);
    const decode = clock();
    const views = model.views(pixels, { size: inputSize, constants }, options);
    const prepare = clock();
    const {
      detections,
      explanation,
      times,
      taps: tapped,
    } = await this.inTurn(() => runViews(views, this.network, { taps, signal }, where));
    return {
      width: pixels.width,
      height: pixels.height,
      image: pixels,
      model: model.name,
      backend: this.network.backend,
      backendDetails: this.network.backendDetails,
      detections: detections
        .filter((detection) => detection.score >= score)
        .sort((a, b) => b.score - a.score)
        .slice(0, max),
      ...(explanation && { explanation }),
      times: { load: this.loadTime, decode, ...times, preprocess: prepare + times.preprocess },
      taps: tapped,
    };
  }

  /** Where images decide the size, one after the other: each needs the network prepared for its own. */
  private inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    if (!this.network.model.sizedByImage) return work();
    const turn = this.turn.then(work);
    this.turn = turn.catch(() => {});
    return turn;
  }

  /** Frees the backend's memory; calls under way end first. */
  dispose(): Promise<void> {
    this.disposal ??= Promise.allSettled(this.calls).then(() => this.network.dispose());
    return this.disposal;
  }
}

export interface ViewsResult extends Result {
  /** Of the first run. */
  readonly taps: RunResult["taps"];
  /** Milliseconds, of all views. */
  readonly times: Omit<Times, "load" | "decode">;
}

/**
 * Runs every view through the network, one after the other, then combines what was found. `where` names the
 * image in errors.
 *
 * @throws ImageError if the image's own size is too much for the backend: before anything runs, as far as the
 *   backend knows.
 */
export async function runViews<Found>(
  views: Views<Found>,
  network: Network,
  { taps, signal }: RunOptions,
  where: string,
): Promise<ViewsResult> {
  for (const { size } of views.views) checkSize(size, network, where);
  const times = { preprocess: 0, network: 0, postprocess: 0 };
  let tapped: RunResult["taps"] | undefined;
  const run = async (source: Pick<View<Found>, "inputs">, size: InputSize, peaks?: PeakQuery) => {
    signal?.throwIfAborted();
    const clock = stopwatch();
    const inputs = source.inputs();
    // So that it counts as preprocessing.
    if (!network.samplesImages) for (const input of Object.values(inputs)) void input.data;
    times.preprocess += clock();
    const result = await network
      .run(inputs, { taps: tapped ? undefined : taps, signal, peaks })
      .catch((error: unknown) => rethrow(error, size, network, where));
    times.network += clock();
    tapped ??= result.taps;
    return result;
  };
  // A function of its own, so that no view's outputs outlive it.
  const foundIn = async (view: View<Found>): Promise<Found> => {
    const { size, mirror, peaks } = view;
    const result = await run(view, size, peaks?.query);
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
  return { ...result, taps: tapped ?? {}, times };
}

const SMALLER = "Look at it smaller: scales: [0.5], on the command line --scales 0.5";

function checkSize(size: InputSize, network: Network, where: string): void {
  const { width, height } = size;
  if (width * height > MAX_PIXELS) {
    const expected = `at most ${MAX_PIXELS} pixels in the network's input`;
    throw new ImageError({ where, expected, got: `${width}x${height}`, hint: `${SMALLER}.` });
  }
  try {
    network.checkMemory(size);
  } catch (error) {
    rethrow(error, size, network, where);
  }
}

/** What is too large is the image's fault where the image decides the size. */
function rethrow(error: unknown, size: InputSize, network: Network, where: string): never {
  if (!(error instanceof MemoryError) || !network.model.sizedByImage) throw error;
  const { expected, got } = error.fault;
  const place = `${where}, seen at ${size.width}x${size.height}`;
  const hint = error.alternative ? `${SMALLER}, or choose ${error.alternative}.` : `${SMALLER}.`;
  throw new ImageError({ where: place, expected, got, hint }, { cause: error });
}

/** Milliseconds since it was last asked, at first since it was made. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const elapsed = now - last;
    last = now;
    return elapsed;
  };
}

/** RgbImage → detections: the public call. */
import type { NdArray } from "ndarray";
import type { BackendDetails } from "./backend/backendDetails.ts";
import type { RunOptions, RunResult } from "./backend/executor.ts";
import type { Detection, Explanation } from "./detection.ts";
import { ImageError, MemoryError, UsageError } from "./errors.ts";
import { isThreadCount, THREADS_EXPECTED } from "./executors/backends.ts";
import { decodeImage } from "./image/imageFile.ts";
import { MAX_PIXELS } from "./image/imageLimits.ts";
import type { RgbImage } from "./image/rgbImage.ts";
import type { Model } from "./models/model.ts";
import {
  checkReferenceScales,
  type Finding,
  type InputSize,
  type Look,
  type TestTimeOptions,
  type View,
} from "./models/view.ts";
import { loadNetwork, type Network, type NetworkOptions } from "./network.ts";
import { checkOptions, describeValue, isObject, type OptionKind } from "./support/checkArguments.ts";

export interface DetectOptions extends TestTimeOptions {
  /** Detections below this are left out. From 0 to 1; default 0.2. */
  readonly score?: number;
  /**
   * Stops between layers where the backend runs them one by one, and where `wasm` prepares the network for a new
   * size; a fused pass on the device ends unobserved while the promise already rejects.
   */
  readonly signal?: AbortSignal;
  /** Names of nodes whose values are wanted, see `centernet describe`; of several views, the first one's. */
  readonly taps?: readonly string[];
  /** What errors call the image; default "image". */
  readonly where?: string;
}

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

export const DEFAULT_SCORE = 0.2;
export const DEFAULT_MAX = 100;

/** What `scales` may be: beyond it an image is nothing, or too much. */
const [MIN_SCALE, MAX_SCALE, MAX_SCALES] = [0.01, 10, 10];
export const SCALES_EXPECTED = `a list of 1 to ${MAX_SCALES} different numbers from ${MIN_SCALE} to ${MAX_SCALE}`;
const BOOLEAN: OptionKind = { expected: "true or false", fits: (value) => typeof value === "boolean" };
const SIGNAL: OptionKind = { expected: "an AbortSignal", fits: isSignal };

const NETWORK_OPTIONS = {
  backend: { expected: "a backend's name", fits: isString },
  precision: { expected: "a precision's name", fits: isString },
  memory: { expected: "a memory use's name", fits: isString },
  threads: { expected: THREADS_EXPECTED, fits: isThreadCount },
  fallback: { expected: "a backend's name", fits: isString },
  onPrepare: { expected: "a function", fits: (value) => typeof value === "function" },
  weights: {
    expected: "a path, a URL, the bytes of a file or a Blob",
    fits: (value) =>
      isString(value) ||
      isBytes(value) ||
      value instanceof URL ||
      value instanceof Blob ||
      (isObject(value) && "variables" in value),
  },
  inputSize: {
    expected: "{ height, width } in pixels",
    fits: (value) => isObject(value) && typeof value.height === "number" && typeof value.width === "number",
  },
  labelMap: { expected: "a label map", fits: (value) => isObject(value) && Array.isArray(value.items) },
  fuse: BOOLEAN,
  onProgress: { expected: "a function", fits: (value) => typeof value === "function" },
  signal: SIGNAL,
} satisfies Record<keyof NetworkOptions, OptionKind>;

const DETECT_OPTIONS = {
  score: {
    expected: "a number from 0 to 1",
    fits: (value) => typeof value === "number" && value >= 0 && value <= 1,
  },
  max: {
    expected: "a whole number, 0 or more",
    fits: (value) => Number.isInteger(value) && Number(value) >= 0,
  },
  signal: SIGNAL,
  taps: {
    expected: "a list of names of nodes",
    fits: (value) => Array.isArray(value) && value.every(isString),
  },
  where: { expected: "a name for the image", fits: isString },
  flip: BOOLEAN,
  scales: {
    expected: SCALES_EXPECTED,
    fits: isScales,
  },
  explain: BOOLEAN,
  reproduceReference: BOOLEAN,
} satisfies Record<keyof DetectOptions, OptionKind>;

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
    const look = model.look(pixels, { size: inputSize, constants }, options);
    const prepare = clock();
    const { detections, explanation, times, ...seen } = await this.inTurn(() =>
      lookAt(look, this.network, { taps, signal }, where),
    );
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
      taps: seen.taps,
    };
  }

  /** Where images decide the size, one after the other: each needs the network prepared for its own. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
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

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

export function isScales(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_SCALES) return false;
  const isScale = (scale: unknown) => Number(scale) >= MIN_SCALE && Number(scale) <= MAX_SCALE;
  const areNumbers = value.every((scale) => typeof scale === "number" && isScale(scale));
  return areNumbers && new Set(value).size === value.length;
}

/** @throws UsageError for an option that makes a difference and that the model does not know. */
export function checkTestTimeOptions(
  model: Model,
  { flip, scales, explain, reproduceReference }: TestTimeOptions,
): void {
  for (const [name, value] of Object.entries({ flip, scales, explain, reproduceReference })) {
    if (!value || model.testTimeOptions?.includes(name as keyof TestTimeOptions)) continue;
    throw new UsageError({
      where: `option ${name}`,
      expected: "a model that has it",
      got: model.name,
      hint: model.testTimeOptions
        ? `It knows ${model.testTimeOptions.join(", ")}.`
        : "It looks at an image once.",
    });
  }
}

/** Also one of another realm or library. */
function isSignal(value: unknown): boolean {
  return isObject(value) && typeof value.aborted === "boolean" && typeof value.throwIfAborted === "function";
}

function checkImage(image: RgbImage, where: string): RgbImage {
  const expected =
    "bytes of an image file, or pixels with width, height and width x height x 3 bytes of data";
  if (!isObject(image) || !("data" in image)) {
    throw new UsageError({ where, expected, got: describeValue(image) });
  }
  const { width, height, data } = image;
  const isSize = [width, height].every((side) => Number.isInteger(side) && side >= 1);
  const isData: boolean = data instanceof Uint8Array || (data as unknown) instanceof Uint8ClampedArray;
  if (isSize && isData && data.length === width * height * 3) return image;
  throw new UsageError({
    where,
    expected,
    got: `${describeValue(width)}x${describeValue(height)} with ${isData ? `${data.length} bytes` : describeValue(data)}`,
    hint:
      isSize && isData && data.length === width * height * 4
        ? "Leave the fourth byte of each pixel away."
        : undefined,
  });
}

/** Runs a look: view by view through the network, and then what all of them say together. */

export interface Seen extends Finding {
  /** Of the first view. */
  readonly taps: RunResult["taps"];
  /** Milliseconds, of all views. */
  readonly times: { readonly preprocess: number; readonly network: number; readonly postprocess: number };
}

/**
 * `where` names the image in errors.
 *
 * @throws ImageError for an image whose own size is too much for the backend: before anything is run, as far
 *   as the backend knows.
 */
export async function lookAt(
  look: Look,
  network: Network,
  { taps, signal }: RunOptions,
  where: string,
): Promise<Seen> {
  for (const { size } of look.views) checkSize(size, network, where);
  const times = { preprocess: 0, network: 0, postprocess: 0 };
  let tapped: RunResult["taps"] | undefined;
  for (const view of look.views) {
    signal?.throwIfAborted();
    const clock = stopwatch();
    const inputs = view.inputs();
    // So that it counts as preprocessing.
    if (!network.samplesImages) for (const input of Object.values(inputs)) void input.data;
    times.preprocess += clock();
    const result = await network
      .run(inputs, { taps: tapped ? undefined : taps, signal, peaks: view.peaks?.request })
      .catch((error: unknown) => rethrow(error, view, network, where));
    times.network += clock();
    tapped ??= result.taps;
    if (view.peaks && result.peaks) view.peaks.see(result.peaks);
    else view.see(result.outputs);
    times.postprocess += clock();
  }
  const clock = stopwatch();
  const finding = look.finding();
  times.postprocess += clock();
  return { ...finding, taps: tapped ?? {}, times };
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
    rethrow(error, { size }, network, where);
  }
}

/** What is too large is the image's fault where the image decides the size. */
function rethrow(error: unknown, { size }: Pick<View, "size">, network: Network, where: string): never {
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

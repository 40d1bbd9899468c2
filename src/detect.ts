/** Picture → detections: the public call. */
import type { NdArray } from "ndarray";
import { checkOptions, inWords, isObject, type OptionKind } from "./checkArguments.ts";
import type { Detection } from "./detection.ts";
import { UsageError } from "./errors.ts";
import type { BackendDetails } from "./executors/backendDetails.ts";
import { isThreadCount, THREADS_EXPECTED } from "./executors/backends.ts";
import { decodeImage } from "./image/decodeImage.ts";
import { type Placement, toPhoto } from "./image/letterbox.ts";
import type { Picture } from "./image/picture.ts";
import { loadNetwork, type Network, type NetworkOptions } from "./network.ts";

export interface DetectOptions {
  /** Detections below this are left out. From 0 to 1; default 0.2. */
  readonly score?: number;
  /** At most so many detections, the best ones. Default 100. */
  readonly max?: number;
  /**
   * Stops between layers where the backend runs them one by one; a fused pass on the device ends unobserved
   * while the promise already rejects.
   */
  readonly signal?: AbortSignal;
  /** Names of nodes whose values are wanted, see `centernet describe`. */
  readonly taps?: readonly string[];
  /** What errors call the picture; default "image". */
  readonly where?: string;
}

export interface DetectResult {
  /** Of the photo, in pixels, upright. */
  width: number;
  height: number;
  /** The photo's pixels, upright, to draw on. */
  picture: Picture;
  model: string;
  /** The one that ran. */
  backend: string;
  /** How it ran: of `wasm` its build, threads and precision. */
  backendDetails: BackendDetails;
  /** Best first; pixels of the photo. */
  detections: Detection[];
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
  /** Pixels to the network's input. */
  preprocess: number;
  /** Input to maps, upload and read-back included. The first run compiles. */
  network: number;
  /** Maps to detections. */
  postprocess: number;
}

export const DEFAULT_SCORE = 0.2;
export const DEFAULT_MAX = 100;

const NETWORK_OPTIONS = {
  backend: { expected: "a backend's name", fits: isString },
  precision: { expected: "a precision's name", fits: isString },
  threads: { expected: THREADS_EXPECTED, fits: isThreadCount },
  weights: {
    expected: "a path, a URL or the bytes of a file",
    fits: (value) =>
      isString(value) || isBytes(value) || value instanceof URL || (isObject(value) && "variables" in value),
  },
  inputSize: {
    expected: "{ height, width } in pixels",
    fits: (value) => isObject(value) && typeof value.height === "number" && typeof value.width === "number",
  },
  labelMap: { expected: "a label map", fits: (value) => isObject(value) && Array.isArray(value.items) },
  fuse: { expected: "true or false", fits: (value) => typeof value === "boolean" },
  onProgress: { expected: "a function", fits: (value) => typeof value === "function" },
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
  signal: { expected: "an AbortSignal", fits: isSignal },
  taps: {
    expected: "a list of names of nodes",
    fits: (value) => Array.isArray(value) && value.every(isString),
  },
  where: { expected: "a name for the picture", fits: isString },
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
 */
export async function load(name?: string, options: NetworkOptions = {}): Promise<Detector> {
  const start = performance.now();
  if (name !== undefined && !isString(name)) {
    const expected = "a model's name, or undefined for the one that the weights say";
    throw new UsageError({ where: "model", expected, got: inWords(name) });
  }
  checkOptions(options, NETWORK_OPTIONS, "load");
  const network = await loadNetwork(name, options);
  return new Detector(network, performance.now() - start);
}

export class Detector {
  constructor(
    readonly network: Network,
    private readonly loadTime: number,
  ) {}

  /**
   * Finds the objects in a picture: the bytes of a JPEG or PNG file, or pixels (`Picture`: RGB, 8 bits).
   * Calls may overlap; they run one after the other.
   *
   * @throws ImageError for bytes that are no picture it can read; UsageError for another kind of picture and
   *   for options that make no sense; the signal's reason once it is aborted.
   */
  async detect(
    image: Uint8Array | ArrayBuffer | Picture,
    options: DetectOptions = {},
  ): Promise<DetectResult> {
    checkOptions(options, DETECT_OPTIONS, "detect");
    const { score = DEFAULT_SCORE, max = DEFAULT_MAX, signal, taps, where = "image" } = options;
    signal?.throwIfAborted();
    const { model, inputSize, constants } = this.network;
    const clock = stopwatch();
    const bytes = image instanceof ArrayBuffer ? new Uint8Array(image) : image;
    const picture = bytes instanceof Uint8Array ? decodeImage(bytes, where) : checkPicture(bytes, where);
    const decode = clock();
    const prepared = model.preprocess(picture, inputSize);
    const preprocess = clock();
    const result = await this.network.run(prepared.inputs, { taps, signal });
    const network = clock();
    const detections = model
      .decode(result.outputs, constants, prepared)
      .filter((detection) => detection.score >= score)
      .sort((a, b) => b.score - a.score)
      .slice(0, max)
      .map((detection) => onPhoto(detection, prepared.placement));
    return {
      width: picture.width,
      height: picture.height,
      picture,
      model: model.name,
      backend: this.network.backend,
      backendDetails: this.network.backendDetails,
      detections,
      times: { load: this.loadTime, decode, preprocess, network, postprocess: clock() },
      taps: result.taps,
    };
  }

  /** Frees the backend's memory; runs under way end first. */
  dispose(): Promise<void> {
    return this.network.dispose();
  }
}

function onPhoto(detection: Detection, placement: Placement): Detection {
  const { xmin, ymin, xmax, ymax } = detection.box;
  const start = toPhoto(placement, xmin, ymin);
  const end = toPhoto(placement, xmax, ymax);
  return {
    ...detection,
    box: { xmin: start.x, ymin: start.y, xmax: end.x, ymax: end.y },
    keypoints: detection.keypoints?.map((point) => ({ ...point, ...toPhoto(placement, point.x, point.y) })),
  };
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

/** Also one of another realm or library. */
function isSignal(value: unknown): boolean {
  return isObject(value) && typeof value.aborted === "boolean" && typeof value.throwIfAborted === "function";
}

function checkPicture(picture: Picture, where: string): Picture {
  const expected =
    "bytes of a picture file, or pixels with width, height and width x height x 3 bytes of data";
  if (!isObject(picture) || !("data" in picture)) {
    throw new UsageError({ where, expected, got: inWords(picture) });
  }
  const { width, height, data } = picture;
  const isSize = [width, height].every((side) => Number.isInteger(side) && side >= 1);
  const isData: boolean = data instanceof Uint8Array || (data as unknown) instanceof Uint8ClampedArray;
  if (isSize && isData && data.length === width * height * 3) return picture;
  throw new UsageError({
    where,
    expected,
    got: `${inWords(width)}x${inWords(height)} with ${isData ? `${data.length} bytes` : inWords(data)}`,
    hint:
      isSize && isData && data.length === width * height * 4
        ? "Leave the fourth byte of each pixel away."
        : undefined,
  });
}

/** Milliseconds since it was last asked. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const elapsed = now - last;
    last = now;
    return elapsed;
  };
}

/** The options of `load` and `detect`: their types, defaults and checks. */
import type { OnTap } from "./backend/executor.ts";
import type { Cost } from "./cost.ts";
import { UsageError } from "./errors.ts";
import { isThreadCount, THREADS_EXPECTED } from "./executors/backends.ts";
import { type Model, PIXEL_MEANS } from "./models/model.ts";
import type { TestTimeOptions, WhyPixel } from "./models/view.ts";
import type { NetworkOptions, ProfileOptions } from "./network.ts";
import { isObject, type OptionKind } from "./support/checkArguments.ts";

export interface DetectOptions extends TestTimeOptions {
  /** Minimum score of a detection, from 0 to 1. Default: 0.2. */
  readonly score?: number;
  /** The classes to keep, by name or id. Default: all of the model's. */
  readonly classes?: readonly (string | number)[];
  /** Called before the network runs, with what this image will cost. */
  readonly onCost?: (cost: Cost) => void;
  /**
   * Aborts the call. The work stops between layers if the backend runs them one by one, and while `wasm`
   * prepares the network for a new size. A fused GPU pass cannot be interrupted: the promise rejects at once
   * and the pass's result is discarded.
   */
  readonly signal?: AbortSignal;
  /**
   * The layers whose values to return: names as `centernet describe` lists them, patterns such as
   * `backbone.block4.*`, or "all". If a name or pattern fits only values inside fused layers, each op runs alone
   * for this image, and the result's `fused` is false. With several views, the values are those of the first
   * run. Default: none, or all if `onTap` is set.
   */
  readonly taps?: string | readonly string[];
  /**
   * Called with the value of each tap while the network runs, in the network's order; nothing is kept for the
   * result, so that networks can be walked whose values do not fit in memory together. The run waits for the
   * promise that it returns. It must not wait for another call of the same detector, which waits for this run.
   */
  readonly onTap?: OnTap;
  /**
   * Returns the heatmaps of classes of every run as `heatmaps`, for `heatmap` and `drawHeatmap`. The backend then
   * hands over whole maps, also where peaks would do. Default: false.
   */
  readonly heatmaps?: boolean;
  /** What to call the image in errors. Default: its path, URL or file name, else "image". */
  readonly where?: string;
}

export const DEFAULT_SCORE = 0.2;
export const DEFAULT_MAX = 100;

/** Accepted range of `scales`, and how many there may be. */
const [MIN_SCALE, MAX_SCALE, MAX_SCALES] = [0.01, 10, 10];
/** What `isScales` asks for, in words. */
export const SCALES_EXPECTED = `a list of 1 to ${MAX_SCALES} different numbers from ${MIN_SCALE} to ${MAX_SCALE}`;
const BOOLEAN: OptionKind = { expected: "true or false", fits: (value) => typeof value === "boolean" };
const FUNCTION: OptionKind = { expected: "a function", fits: (value) => typeof value === "function" };
const SIGNAL: OptionKind = { expected: "an AbortSignal", fits: isSignal };

export const NETWORK_OPTIONS = {
  backend: { expected: "a backend's name", fits: isString },
  precision: { expected: "a precision's name", fits: isString },
  memory: { expected: "a memory use's name", fits: isString },
  threads: { expected: THREADS_EXPECTED, fits: isThreadCount },
  build: { expected: "a build's name", fits: isString },
  fallback: { expected: "a backend's name", fits: isString },
  onPrepare: FUNCTION,
  weights: {
    expected: "a path, a URL, the bytes of a file, a Blob or a list of Files",
    fits: (value) =>
      isString(value) ||
      isBytes(value) ||
      value instanceof URL ||
      value instanceof Blob ||
      (Array.isArray(value) && value.every((file) => file instanceof Blob)) ||
      (isObject(value) && "variables" in value),
  },
  inputSize: {
    expected: "{ height, width } in pixels",
    fits: (value) => isObject(value) && typeof value.height === "number" && typeof value.width === "number",
  },
  labelMap: {
    expected: "a list of names, a label map, or the path, URL or contents of one",
    fits: (value) =>
      isString(value) ||
      isBytes(value) ||
      value instanceof URL ||
      value instanceof Blob ||
      (Array.isArray(value) ? value.every(isString) : isObject(value) && Array.isArray(value.items)),
  },
  keepResolution: BOOLEAN,
  pixelMeans: {
    expected: PIXEL_MEANS.join(" or "),
    fits: (value) => PIXEL_MEANS.some((means) => means === value),
  },
  fuse: BOOLEAN,
  onProgress: FUNCTION,
  signal: SIGNAL,
} satisfies Record<keyof NetworkOptions, OptionKind>;

/** Those that concern the decode alone. */
export const DECODE_OPTIONS = {
  score: {
    expected: "a number from 0 to 1",
    fits: (value) => typeof value === "number" && value >= 0 && value <= 1,
  },
  max: {
    expected: "a whole number, 0 or more",
    fits: (value) => Number.isInteger(value) && Number(value) >= 0,
  },
  classes: {
    expected: "a list of classes, by name or id",
    fits: (value) => Array.isArray(value) && value.every((name) => isString(name) || Number.isInteger(name)),
  },
  flip: BOOLEAN,
  scales: {
    expected: SCALES_EXPECTED,
    fits: isScales,
  },
  explain: BOOLEAN,
  why: {
    expected: "{ x, y, class? }: two numbers, and a class by name or id",
    fits: (value) => isObject(value) && [value.x, value.y].every(Number.isFinite) && isClass(value.class),
  },
  reproduceReference: BOOLEAN,
} satisfies Partial<Record<keyof DetectOptions, OptionKind>>;

export const DETECT_OPTIONS = {
  ...DECODE_OPTIONS,
  onCost: FUNCTION,
  signal: SIGNAL,
  taps: {
    expected: "names of layers, patterns such as backbone.*, or all",
    fits: (value) => isString(value) || (Array.isArray(value) && value.every(isString)),
  },
  onTap: FUNCTION,
  heatmaps: BOOLEAN,
  where: { expected: "a name for the image", fits: isString },
} satisfies Record<keyof DetectOptions, OptionKind>;

/** What `Detector.profile` takes. */
export interface DetectorProfileOptions extends ProfileOptions {
  /** What to call the image in errors. Default: its path, URL or file name, else "image". */
  readonly where?: string;
}

export const PROFILE_OPTIONS = {
  runs: {
    expected: "a whole number, 1 or more",
    fits: (value) => Number.isInteger(value) && Number(value) >= 1,
  },
  signal: SIGNAL,
  where: DETECT_OPTIONS.where,
} satisfies Record<keyof DetectorProfileOptions, OptionKind>;

export function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isClass(value: unknown): boolean {
  return value === undefined || isString(value) || Number.isInteger(value);
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

/** Whether a value may be the option `scales`; not every model supports it. */
export function isScales(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_SCALES) return false;
  const isScale = (scale: unknown) => Number(scale) >= MIN_SCALE && Number(scale) <= MAX_SCALE;
  const areNumbers = value.every((scale) => typeof scale === "number" && isScale(scale));
  return areNumbers && new Set(value).size === value.length;
}

/** Duck-typed, so that a signal of another realm or library passes too. */
function isSignal(value: unknown): boolean {
  return isObject(value) && typeof value.aborted === "boolean" && typeof value.throwIfAborted === "function";
}

/** @throws UsageError for an option that is set and that the model does not support, or not together with another. */
export function checkTestTimeOptions(
  model: Model,
  { flip, scales, reproduceReference }: TestTimeOptions,
): void {
  for (const [name, value] of Object.entries({ flip, scales, reproduceReference })) {
    if (!value || model.testTimeOptions?.includes(name as keyof TestTimeOptions)) continue;
    throw new UsageError({
      where: `option ${name}`,
      expected: "a model that supports it",
      got: model.name,
      hint: model.testTimeOptions
        ? `It supports the options ${model.testTimeOptions.join(", ")}.`
        : "It runs once per image.",
    });
  }
  if (!reproduceReference || !model.referenceNeedsScale1 || !scales || scales.includes(1)) return;
  throw new UsageError({
    where: "option scales",
    expected: "1 among them, which the reference implementation needs",
    got: scales.join(", "),
    hint: "Add 1, or leave out the option reproduceReference.",
  });
}

/** @throws UsageError for a pixel outside the image. */
export function checkPixel(
  { x, y }: WhyPixel,
  { width, height }: { readonly width: number; readonly height: number },
  image: string,
): void {
  if (x >= 0 && y >= 0 && x < width && y < height) return;
  throw new UsageError({
    where: "option why",
    expected: `a pixel of ${image}, from 0,0 to ${width - 1},${height - 1}`,
    got: `${x},${y}`,
  });
}

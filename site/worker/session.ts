/** What the worker holds: one detector, and the image that the page shows. */
import {
  type Backend,
  BackendError,
  type Detector,
  load,
  MODELS,
  type RgbImage,
  readImageSource,
  UsageError,
  type WasmBuild,
} from "centernet";
import type { Call, Progress } from "./call.ts";
import { beside, isListed, withOwnWeights } from "./ownWeights.ts";

/** How a network is to run. Two of them with equal fields mean the same detector. */
export interface Settings {
  readonly model: string;
  /** The number under which `keepFiles` holds the user's. Default: the model's own, beside the page. */
  readonly weights?: number;
  /** The number of a file of the user's that names the classes. */
  readonly labels?: number;
  readonly backend: Backend;
  readonly threads?: number;
  readonly build?: WasmBuild;
  readonly precision?: "exact";
  readonly memory?: "low";
  /** False: each op runs on its own, with other bits. */
  readonly fuse?: boolean;
  /** Side of the network's input. Absent: the model's own. */
  readonly inputSize?: number;
}

/** Which views of an image are run, if the model supports more than one. */
export interface TestTime {
  readonly flip?: boolean;
  readonly scales?: readonly number[];
}

/** An image that the page chose: a file of its own folder, or one of the user's. */
export interface ChosenImage {
  /** Told apart by it: the page counts its images. */
  readonly id: number;
  readonly name: string;
  /** A URL, or the file itself. */
  readonly source: string | Blob;
}

interface OpenDetector {
  readonly key: string;
  readonly detector: Promise<Detector>;
  /** Ends the load. */
  readonly loading: AbortController;
  /** Calls that are told how far it is. */
  readonly waiting: Set<Call>;
  /** Calls that got it and have not ended. */
  readonly users: Set<Call>;
}

let open: OpenDetector | undefined;
let image: { readonly id: number; readonly pixels: Promise<RgbImage> } | undefined;

/** Of the user's, by numbers of the page. They are read only when they are needed. */
const files = new Map<number, readonly File[]>();

export function keepFiles(id: number, kept: readonly File[]): void {
  files.set(id, kept);
}

/** @throws UsageError for a number of the page before it was loaded again: files do not outlive it. */
export function keptFiles(id: number, where: "weights" | "labels" = "weights"): readonly File[] {
  const kept = files.get(id);
  if (kept) return kept;
  throw new UsageError({
    where,
    expected: "a file that was chosen on this page",
    got: "one of an earlier visit",
    hint: "Choose it again in the view Load.",
  });
}

/**
 * The detector for these settings: the one at hand, or a new one in its place. Calls share a load, and giving up one of
 * them does not end it; other settings do.
 */
export async function detectorFor(settings: Settings, call: Call): Promise<Detector> {
  // A request that was given up meanwhile must not bring back its detector in place of the wanted one.
  call.signal.throwIfAborted();
  if (!isOpen(settings)) {
    const before = open;
    before?.loading.abort();
    const loading = new AbortController();
    const waiting = new Set<Call>();
    const progress = (told: Progress) => {
      for (const each of waiting) each.progress(told);
    };
    const detector = replace(before?.detector, settings, { signal: loading.signal, progress });
    const opened = { key: keyOf(settings), detector, loading, waiting, users: new Set<Call>() };
    open = opened;
    detector.catch(() => {
      if (open === opened) open = undefined;
    });
  }
  const used = open as OpenDetector;
  const { detector, waiting, users } = used;
  waiting.add(call);
  users.add(call);
  void call.ended.then((error) => {
    users.delete(call);
    // The GPU may be lost, or its driver stuck: the next call gets another detector.
    if (error instanceof BackendError && open === used) void closeDetector();
  });
  try {
    return await detector;
  } finally {
    waiting.delete(call);
    call.signal.throwIfAborted();
  }
}

/** Whether `detectorFor` has a detector for these settings, or loads it. */
export function isOpen(settings: Settings): boolean {
  return open?.key === keyOf(settings);
}

function keyOf(settings: Settings): string {
  return JSON.stringify(Object.entries(settings).sort());
}

/** Makes room for detectors of other settings, once no call uses it: the next `detectorFor` loads it again. */
export async function closeDetector(): Promise<void> {
  const closing = open;
  open = undefined;
  if (!closing) return;
  await Promise.all([...closing.users].map(({ ended }) => ended));
  await closing.detector.then(
    (detector) => detector.dispose(),
    () => {},
  );
}

/** One detector at a time: a large one leaves no room for another. */
async function replace(
  before: Promise<Detector> | undefined,
  settings: Settings,
  loading: Pick<Call, "signal" | "progress">,
): Promise<Detector> {
  await before?.then(
    (detector) => detector.dispose(),
    () => {},
  );
  loading.signal.throwIfAborted();
  return openDetector(settings, loading);
}

/** A detector of its own, which the caller disposes of. */
export async function openDetector(
  { model, weights, labels, inputSize, ...options }: Settings,
  { signal, progress }: Pick<Call, "signal" | "progress">,
): Promise<Detector> {
  // Weights at hand may be of a network that has no name in the library; they say what it is.
  const isAtHand = weights !== undefined || (await isListed(model));
  const isKnown = MODELS.some(({ name }) => name === model);
  const open = (source: string | readonly File[]) =>
    load(isKnown || !isAtHand ? model : undefined, {
      ...options,
      weights: source,
      labelMap: labels === undefined ? undefined : keptFiles(labels, "labels")[0],
      ...(inputSize && { inputSize: { height: inputSize, width: inputSize } }),
      signal,
      onProgress: (bytes, all, phase) => {
        const text = phase === "download" ? "downloading weights" : "reading weights";
        // Large networks take seconds more to fold, transform and place their weights.
        const isPreparing = bytes > 0 && bytes === all && phase !== "download";
        progress(isPreparing ? { text: "preparing the network" } : bytesRead(text, bytes, all));
      },
      onPrepare: (done, all) =>
        progress({ text: `compiling: ${done} of ${all} layers`, fraction: done / all }),
    });
  return weights === undefined ? withOwnWeights(model, open) : open(keptFiles(weights));
}

/** The pixels of an image that is not shown: nothing is kept of it. */
export function pixelsAside({ id, name, source }: ChosenImage): Promise<RgbImage> {
  return image?.id === id ? image.pixels : decode(source, name);
}

/** The pixels of the image that is shown, decoded once by the library. */
export function pixelsOf({ id, name, source }: ChosenImage): Promise<RgbImage> {
  if (image?.id !== id) image = { id, pixels: decode(source, name) };
  return image.pixels;
}

/** Files that the library does not read are left to the browser. */
function decode(source: string | Blob, name: string): Promise<RgbImage> {
  return readImageSource(typeof source === "string" ? beside(source) : source, name);
}

/** `text: 2.1 MB of 9.5 MB`, or without the end if nobody knows how much there is. */
export function bytesRead(text: string, read: number, all: number): Progress {
  const isKnown = Number.isFinite(all) && all > 0;
  const of = isKnown ? ` of ${megabytes(all)}` : "";
  return { text: `${text}: ${megabytes(read)}${of}`, ...(isKnown && { fraction: read / all }) };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

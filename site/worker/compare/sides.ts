/** How the two sides of a comparison run, and detectors that live only as long as it does. */
import type { Backend, Detector, RgbImage, Tensor, WasmBuild } from "centernet";
import type { Call } from "../call.ts";
import { closeDetector, detectorFor, isOpen, openDetector, type Settings } from "../session.ts";

/** What a side has of its own; the rest are the page's settings. */
export interface Side {
  readonly backend: Backend;
  readonly build?: WasmBuild;
  readonly precision?: "exact";
  readonly fuse: boolean;
}

/** Settings of the page, but for what a side has of its own. */
function settingsOf(page: Settings, { fuse, ...own }: Side): Settings {
  const { backend: _backend, build: _build, precision: _precision, fuse: _fuse, ...common } = page;
  return { ...common, ...own, ...(!fuse && { fuse }) };
}

/** The page's own detector if it runs as this side does; else another, which lives for the time of `use`. */
export async function withDetector<Value>(
  settings: Settings,
  side: Side,
  call: Call,
  use: (detector: Detector) => Promise<Value>,
): Promise<Value> {
  const wanted = settingsOf(settings, side);
  return isOpen(wanted) ? use(await detectorFor(wanted, call)) : withOwn(wanted, call, use);
}

/** Both at once. A detector of the page that neither side can use is closed first: memory is short with large ones. */
export async function withDetectors<Value>(
  settings: Settings,
  { a, b }: { readonly a: Side; readonly b: Side },
  call: Call,
  use: (a: Detector, b: Detector) => Promise<Value>,
): Promise<Value> {
  const [wantedA, wantedB] = [settingsOf(settings, a), settingsOf(settings, b)];
  const [callA, callB] = [named(call, "A"), named(call, "B")];
  if (isOpen(wantedA)) {
    const shared = await detectorFor(wantedA, callA);
    return withOwn(wantedB, callB, (other) => use(shared, other));
  }
  if (isOpen(wantedB)) {
    const shared = await detectorFor(wantedB, callB);
    return withOwn(wantedA, callA, (other) => use(other, shared));
  }
  call.progress({ text: "waiting for the run before" });
  await closeDetector();
  return withOwn(wantedA, callA, (first) => withOwn(wantedB, callB, (second) => use(first, second)));
}

async function withOwn<Value>(
  settings: Settings,
  { signal, progress }: Call,
  use: (detector: Detector) => Promise<Value>,
): Promise<Value> {
  signal.throwIfAborted();
  const detector = await openDetector(settings, { signal, progress });
  try {
    signal.throwIfAborted();
    return await use(detector);
  } finally {
    await detector.dispose();
  }
}

/** Tells the page of which side the progress is. */
export function named(call: Call, side: string): Call {
  return { ...call, progress: ({ text, ...rest }) => call.progress({ text: `${side}: ${text}`, ...rest }) };
}

/** One layer of a run. */
export async function layerOfRun(
  settings: Settings,
  side: Side,
  image: RgbImage,
  name: string,
  call: Call,
): Promise<Tensor> {
  return withDetector(settings, side, call, async (detector) => {
    const { taps } = await detector.detect(image, { score: 0, taps: [name], signal: call.signal });
    return (taps as Readonly<Record<string, Tensor>>)[name];
  });
}

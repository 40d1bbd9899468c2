/** How the two sides of a comparison run, and detectors that live only as long as it does. */
import type { Backend, Detector, RgbImage, Tensor, WasmBuild } from "centernet";
import type { Call } from "../call.ts";
import { openDetector, type Settings } from "../session.ts";

/** What a side has of its own; the rest are the page's settings. */
export interface Side {
  readonly backend: Backend;
  readonly build?: WasmBuild;
  readonly precision?: "exact";
  readonly fuse: boolean;
}

export type Loading = Pick<Call, "signal" | "progress">;

/** The worker holds it for the time of `use`. */
export async function withDetector<Value>(
  settings: Settings,
  side: Side,
  { signal, progress }: Loading,
  use: (detector: Detector) => Promise<Value>,
): Promise<Value> {
  const { backend: _backend, build: _build, precision: _precision, fuse: _fuse, ...common } = settings;
  const { fuse, ...own } = side;
  const detector = await openDetector({ ...common, ...own, ...(!fuse && { fuse }) }, { signal, progress });
  try {
    signal.throwIfAborted();
    return await use(detector);
  } finally {
    await detector.dispose();
  }
}

/** One layer of a run. */
export async function layerOfRun(
  settings: Settings,
  side: Side,
  image: RgbImage,
  name: string,
  loading: Loading,
): Promise<Tensor> {
  return withDetector(settings, side, loading, async (detector) => {
    const { taps } = await detector.detect(image, { score: 0, taps: [name], signal: loading.signal });
    return (taps as Readonly<Record<string, Tensor>>)[name];
  });
}

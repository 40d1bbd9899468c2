/** Single layers with all of their numbers, by another run of the network. */
import { type Detector, type Geometry, runInWords, type Tensor } from "centernet";
import type { Call } from "../call.ts";
import { type ChosenImage, detectorFor, pixelsOf, type Settings } from "../session.ts";

export interface Chosen {
  readonly settings: Settings;
  readonly image: ChosenImage;
}

export interface Tapped {
  readonly tensor: Tensor;
  /** The layers that were read with it, by name. */
  readonly taps: Readonly<Record<string, Tensor>>;
  readonly ranOn: string;
  readonly geometry: Geometry;
}

interface Kept {
  readonly key: string;
  readonly detector: Detector;
  readonly value: Promise<Tapped>;
  /** Ends the run. */
  readonly reading: AbortController;
  /** Calls that want its values. */
  waiting: number;
}

/** The layer that was read last: another page, order or scale of it needs no run. */
let last: Kept | undefined;
/** The one that was read last together with what it reads. */
let lastWithInputs: Kept | undefined;

export async function tapped(chosen: Chosen, layer: string, call: Call): Promise<Tapped> {
  const detector = await detectorFor(chosen.settings, call);
  last = kept(last, detector, chosen.image, [layer]);
  return answer(last, call);
}

export async function tappedWithInputs(
  chosen: Chosen,
  layer: string,
  inputs: readonly string[],
  call: Call,
): Promise<Tapped> {
  const detector = await detectorFor(chosen.settings, call);
  lastWithInputs = kept(lastWithInputs, detector, chosen.image, [layer, ...inputs]);
  return answer(lastWithInputs, call);
}

/** A run that no call waits for any more is given up. A call that follows at once joins it. */
async function answer(kept: Kept, { signal }: Call): Promise<Tapped> {
  kept.waiting++;
  const leave = () => {
    kept.waiting--;
    setTimeout(() => kept.waiting === 0 && kept.reading.abort());
  };
  signal.addEventListener("abort", leave, { once: true });
  try {
    const read = await kept.value;
    signal.throwIfAborted();
    return read;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function kept(
  before: Kept | undefined,
  detector: Detector,
  image: ChosenImage,
  layers: readonly string[],
): Kept {
  const key = `${image.id} ${layers.join(" ")}`;
  const isSame = before?.key === key && before.detector === detector;
  if (isSame && !before.reading.signal.aborted) return before;
  const reading = new AbortController();
  const value = read(detector, image, layers, reading.signal);
  const now = { key, detector, value, reading, waiting: 0 };
  value.catch(() => {
    // It is read anew when it is asked for again.
    if (last?.value === value) last = undefined;
    if (lastWithInputs?.value === value) lastWithInputs = undefined;
  });
  return now;
}

async function read(
  detector: Detector,
  image: ChosenImage,
  layers: readonly string[],
  signal: AbortSignal,
): Promise<Tapped> {
  const result = await detector.detect(await pixelsOf(image), { taps: layers, where: image.name, signal });
  const taps: Readonly<Record<string, Tensor>> = result.taps;
  const [layer] = layers;
  return {
    tensor: taps[layer] ?? missing(layer),
    taps,
    ranOn: runInWords(result),
    geometry: result.geometry,
  };
}

export function missing(layer: string): never {
  throw new Error(`${layer}: this network has no such layer`);
}

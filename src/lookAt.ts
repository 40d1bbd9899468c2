/** Runs a look: view by view through the network, and then what all of them say together. */

import type { RunOptions, RunResult } from "./backend/executor.ts";
import { ImageError, MemoryError } from "./errors.ts";
import { MAX_PIXELS } from "./image/imageLimits.ts";
import type { Finding, InputSize, Look, View } from "./models/view.ts";
import type { Network } from "./network.ts";
import { stopwatch } from "./stopwatch.ts";

export interface Seen extends Finding {
  /** Of the first view. */
  readonly taps: RunResult["taps"];
  /** Milliseconds, of all views. */
  readonly times: { readonly preprocess: number; readonly network: number; readonly postprocess: number };
}

/**
 * `where` names the picture in errors.
 *
 * @throws ImageError for a picture whose own size is too much for the backend: before anything is run, as far
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
    if (!network.samplesPictures) for (const input of Object.values(inputs)) void input.data;
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

/** What is too large is the picture's fault where the picture decides the size. */
function rethrow(error: unknown, { size }: Pick<View, "size">, network: Network, where: string): never {
  if (!(error instanceof MemoryError) || !network.model.sizedByPicture) throw error;
  const { expected, got } = error.fault;
  const place = `${where}, seen at ${size.width}x${size.height}`;
  const hint = error.alternative ? `${SMALLER}, or choose ${error.alternative}.` : `${SMALLER}.`;
  throw new ImageError({ where: place, expected, got, hint }, { cause: error });
}

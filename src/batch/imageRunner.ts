/** One image through a detector, wherever that runs. */
import type { DetectOptions } from "../detectOptions.ts";
import type { DetectResult } from "../detectResult.ts";
import type { ImageSource } from "../imageSources/imageSource.ts";
import { nameOfSource, readImageSource } from "../imageSources/readImageSource.ts";
import { drawingFile } from "./drawing.ts";
import type { DecodedImage } from "./headStart.ts";
import { inOrder } from "./inOrder.ts";
import type { Wanted } from "./messages.ts";
import { portableImage } from "./portable.ts";
import type { ThreadGroup } from "./threadGroup.ts";

export interface RunImage {
  readonly result: DetectResult;
  /** Present if it was wanted. */
  readonly drawing?: Uint8Array;
}

export interface ImageRunner {
  /** How many images to begin before the first is finished. */
  readonly ahead: number;
  /** @param decoded the image, if it had a head start. @throws as `Detector.detect`. */
  run(image: ImageSource, options: DetectOptions, wanted: Wanted, decoded?: DecodedImage): Promise<RunImage>;
  /** Ends its threads, whatever they are doing. */
  end(): Promise<void>;
}

/**
 * Sends items through a runner, as many at once as it takes, and yields what `run` makes of each, in order. The runner ends
 * with it.
 *
 * @throws as `inOrder`.
 */
export async function* inRunner<Item, Value>(
  runner: ImageRunner,
  items: AsyncIterable<Item> | Iterable<Item>,
  run: (item: Item, index: number) => Promise<Value>,
  signal?: AbortSignal,
): AsyncGenerator<Value, void, undefined> {
  try {
    yield* inOrder(items, { ahead: runner.ahead, run, signal, abandon: () => runner.end() });
  } finally {
    await runner.end();
  }
}

/** What runs an image: a `Detector`. */
export interface Detects {
  detect(image: ImageSource, options?: DetectOptions): Promise<DetectResult>;
}

/** Everything on the calling thread, and the network as it was loaded: one image after the other. */
export function plainRunner(detector: Detects): ImageRunner {
  return {
    ahead: 1,
    async run(image, options, { drawing: format }, decoded) {
      const result = await (decoded
        ? detectDecoded(detector, decoded, options)
        : detector.detect(image, options));
      return { result, drawing: format && drawingFile(result.image, result.detections, format) };
    },
    async end() {},
  };
}

/** An image is decoded, the one before it is in the network, and the one before that is drawn. */
const STAGES = 3;

/** The network as it was loaded; `helpers` decode the next images and draw those that are done meanwhile. */
export function helpedRunner(detector: Detects, helpers: ThreadGroup): ImageRunner {
  return {
    ahead: STAGES + helpers.count - 1,
    async run(source, options, { drawing: format }, before) {
      const { where = nameOfSource(source), signal } = options;
      const portable = portableImage(source);
      const decoded =
        before ??
        (portable
          ? await helpers.call("decode", { image: portable, where }, where)
          : { image: await readImageSource(source, where, signal), milliseconds: 0 });
      // The first image is in the network for long: its code, too, runs for the first time.
      if (before && format) helpers.call("prepareDrawing", { format }, where).catch(() => {});
      const result = await detectDecoded(detector, decoded, { ...options, where });
      if (!format) return { result };
      const { image, detections } = result;
      return { result, drawing: await helpers.call("draw", { image, detections, format }, where) };
    },
    end: () => helpers.end(),
  };
}

async function detectDecoded(
  detector: Detects,
  { image, milliseconds }: DecodedImage,
  options: DetectOptions,
): Promise<DetectResult> {
  const { times, ...found } = await detector.detect(image, options);
  return { ...found, times: { ...times, decode: times.decode + milliseconds } };
}

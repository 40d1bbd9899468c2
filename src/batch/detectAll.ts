/** Many images through one detector, in order. */
import type { DetectOptions } from "../detectOptions.ts";
import type { DetectResult } from "../detectResult.ts";
import { CenterNetError, concernsEveryImage } from "../errors.ts";
import type { ImageSource } from "../imageSources/imageSource.ts";
import { chooseRunner, type LoadedDetector, type Workers } from "./chooseRunner.ts";
import { inRunner } from "./imageRunner.ts";

export interface DetectAllOptions extends DetectOptions {
  /**
   * How many images are in a network at once, each on a thread with a detector of its own (Node; `wasm` and gpu.js on the
   * processor). With 1, a thread decodes the next images while the network runs. Default: `auto`.
   */
  readonly workers?: Workers;
}

/** What became of an image. */
export type DetectedImage = {
  /** Its position in the list, from 0. */
  readonly index: number;
  /** As it was given. */
  readonly source: ImageSource;
} & (
  | { readonly result: DetectResult; readonly error?: undefined }
  | { readonly error: CenterNetError; readonly result?: undefined }
);

/**
 * `Detector.detectAll`, whose options have been checked.
 *
 * @param checkInUse throws once the detector has been disposed of.
 */
export async function* detectAll(
  detector: LoadedDetector,
  images: AsyncIterable<ImageSource> | Iterable<ImageSource>,
  { workers = "auto", ...options }: DetectAllOptions,
  checkInUse: () => void,
): AsyncGenerator<DetectedImage, void, undefined> {
  const { onTap, onCost, signal } = options;
  const staysHere = onTap || onCost ? "functions (onTap, onCost) stay on their thread" : undefined;
  const count = Array.isArray(images) ? images.length : Number.POSITIVE_INFINITY;
  const runner = chooseRunner(detector, { workers, images: count, staysHere });
  const run = async (source: ImageSource, index: number): Promise<DetectedImage> => {
    signal?.throwIfAborted();
    checkInUse();
    try {
      const { result } = await runner.run(source, options, { keepsImage: true });
      return { index, source, result };
    } catch (error) {
      if (concernsEveryImage(error) || !(error instanceof CenterNetError)) throw error;
      checkInUse();
      return { index, source, error };
    }
  };
  yield* inRunner(runner, images, run, signal);
}

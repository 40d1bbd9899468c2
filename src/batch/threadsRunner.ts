/** Several images at once, each on a thread with a detector of its own. */
import { geometryFrom } from "../image/geometry.ts";
import { nameOfSource, readImageSource } from "../imageSources/readImageSource.ts";
import { abortable } from "../support/abortable.ts";
import type { ImageRunner } from "./imageRunner.ts";
import { portableChoice, portableImage } from "./portable.ts";
import type { ThreadGroup } from "./threadGroup.ts";

/** While a thread works on an image, its next one waits there, so that it never waits for the calling thread. */
const IMAGES_PER_THREAD = 2;

/** `threads` have loaded detectors, or load them while the first images are read. */
export function threadsRunner(threads: ThreadGroup): ImageRunner {
  return {
    ahead: threads.count * IMAGES_PER_THREAD,
    async run(source, options, wanted) {
      const { where = nameOfSource(source), signal } = options;
      const image = portableImage(source) ?? (await readImageSource(source, where, signal));
      const call = { image, options: { ...portableChoice(options), where }, wanted };
      const { result, drawing } = await abortable(threads.call("detect", call, where), signal);
      return { result: { ...result, geometry: geometryFrom(result.geometry) }, drawing };
    },
    end: () => threads.end(),
  };
}

/** Whether a network can run at the size that an image gives it, and the errors if not. */
import { ImageError, MemoryError } from "../errors.ts";
import { MAX_PIXELS } from "../image/imageLimits.ts";
import { type InputSize, type Model, nearestInWords } from "./model.ts";

/**
 * Checks a size before anything runs. `where` names the image.
 *
 * @throws ImageError if the network's input would be too large, or if the network cannot run at this size.
 */
export function checkSizeOfImage({ width, height }: InputSize, model: Model, where: string): void {
  if (width * height > MAX_PIXELS) {
    const expected = `at most ${MAX_PIXELS} pixels in the network's input`;
    throw new ImageError({ where, expected, got: `${width}x${height}`, hint: `${howToShrink(model)}.` });
  }
  const { sides, resizer, sizedByImage } = model;
  if (!sizedByImage || !resizer || !sides || (sides.takes(width) && sides.takes(height))) return;
  throw new ImageError({
    where,
    expected: `sides that the network can run, ${sides.words}`,
    got: `${width}x${height} after ${resizer}`,
    hint: nearestInWords(sides, { width, height }),
  });
}

/** Throws the error again. If the image decides the size, the image is blamed for a lack of memory. */
export function blameSize(error: unknown, size: InputSize, model: Model, where: string): never {
  if (!(error instanceof MemoryError) || !model.sizedByImage) throw error;
  const { expected, got } = error.fault;
  const place = `${where} at ${size.width}x${size.height}`;
  const advice = howToShrink(model);
  const hint = error.alternative ? `${advice}, or choose ${error.alternative}.` : `${advice}.`;
  throw new ImageError({ where: place, expected, got, hint }, { cause: error });
}

/** How to make the network's input smaller, as part of a sentence. */
function howToShrink({ resizer, testTimeOptions }: Model): string {
  if (resizer && !testTimeOptions) {
    const [name] = resizer.split(",");
    return `The model's ${name} decides this size: scale the image down, or crop it`;
  }
  return "Scale it down with scales: [0.5]";
}

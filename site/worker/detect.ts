/** Requests of the Detect view. */
import { runInWords } from "centernet";
import { bitmapOf } from "./bitmap.ts";
import type { Call } from "./call.ts";
import { type ChosenImage, detectorFor, pixelsOf, type Settings } from "./session.ts";

export const detectHandlers = {
  /** The image as the library decoded it, upright, for a canvas. */
  async showImage({ image }: { readonly image: ChosenImage }, call: Call) {
    const pixels = await pixelsOf(image);
    const bitmap = await bitmapOf(pixels);
    call.transfer(bitmap);
    const { width, height, decodedBy } = pixels;
    return { bitmap, width, height, decodedBy };
  },

  /** Every candidate of the image, down to score 0, so that the page can move the limit without another run. */
  async detect(
    { settings, image }: { readonly settings: Settings; readonly image: ChosenImage },
    call: Call,
  ) {
    const start = performance.now();
    const pixels = await pixelsOf(image);
    const decode = performance.now() - start;
    const detector = await detectorFor(settings, call);
    call.progress({ text: "running the network" });
    const {
      image: _pixels,
      taps: _taps,
      heatmaps: _heatmaps,
      ...result
    } = await detector.detect(pixels, {
      score: 0,
      signal: call.signal,
      where: image.name,
    });
    return {
      ...result,
      times: { ...result.times, decode },
      ranOn: runInWords(result),
      notes: [...detector.network.notes, ...(result.backendDetails.note ? [result.backendDetails.note] : [])],
    };
  },
};

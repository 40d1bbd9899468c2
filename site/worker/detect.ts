/** Requests of the Detect view. */
import { runInWords } from "centernet";
import type { Call } from "./call.ts";
import { type ChosenImage, detectorFor, pixelsOf, type Settings } from "./session.ts";

/** The longest side that is shown: larger canvases draw nothing in some browsers. */
const MAX_SHOWN = 4096;

export const detectHandlers = {
  /** The image as the library decoded it, upright, for a canvas. */
  async showImage({ image }: { readonly image: ChosenImage }, call: Call) {
    const { width, height, data, decodedBy } = await pixelsOf(image);
    const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
      rgba[to] = data[from];
      rgba[to + 1] = data[from + 1];
      rgba[to + 2] = data[from + 2];
    }
    const shrink = Math.min(1, MAX_SHOWN / Math.max(width, height));
    const bitmap = await createImageBitmap(new ImageData(rgba, width, height), {
      resizeWidth: Math.max(1, Math.round(width * shrink)),
      resizeHeight: Math.max(1, Math.round(height * shrink)),
      resizeQuality: "high",
    });
    call.transfer(bitmap);
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

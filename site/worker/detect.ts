/** Requests of the Detect view. */
import { runInWords } from "centernet";
import { bitmapOf } from "./bitmap.ts";
import type { Call } from "./call.ts";
import { choicesOf } from "./load.ts";
import {
  type ChosenImage,
  detectorFor,
  pixelsAside,
  pixelsOf,
  type Settings,
  type TestTime,
} from "./session.ts";

/** Pixels of the longer side of a small copy. */
export const THUMBNAIL_SIDE = 160;

/** How often the network has run for this view. */
let runs = 0;

export const detectHandlers = {
  /** The image as the library decoded it, upright, for a canvas. */
  async showImage({ image }: { readonly image: ChosenImage }, call: Call) {
    const pixels = await pixelsOf(image);
    const bitmap = await bitmapOf(pixels);
    call.transfer(bitmap);
    const { width, height, decodedBy } = pixels;
    return { id: image.id, bitmap, width, height, decodedBy };
  },

  /** Every candidate of the image, down to score 0, so that the page can move the limit without another run. */
  async detect(
    {
      settings,
      testTime,
      image,
      thumbnail = false,
    }: {
      readonly settings: Settings;
      readonly testTime: TestTime;
      readonly image: ChosenImage;
      /** Whether to add a small copy of the image. */
      readonly thumbnail?: boolean;
    },
    call: Call,
  ) {
    const start = performance.now();
    const pixels = await pixelsAside(image);
    const decode = performance.now() - start;
    const detector = await detectorFor(settings, call);
    call.progress({ text: "running the network" });
    const {
      image: _pixels,
      taps: _taps,
      heatmaps: _heatmaps,
      geometry: _geometry,
      ...result
    } = await detector.detect(pixels, { ...testTime, score: 0, signal: call.signal, where: image.name });
    const { model, notes } = detector.network;
    const { classes, keypointNames } = model;
    const small = thumbnail ? await bitmapOf(pixels, THUMBNAIL_SIDE) : undefined;
    if (small) call.transfer(small);
    return {
      ...result,
      times: { ...result.times, decode },
      ranOn: runInWords(result),
      runs: ++runs,
      decodedBy: pixels.decodedBy,
      thumbnail: small,
      notes: [...notes, ...(result.backendDetails.note ? [result.backendDetails.note] : [])],
      of: { ...choicesOf(model), classes, keypointNames },
    };
  },
};

/** What was found in an image, and how. */
export type DetectAnswer = Awaited<ReturnType<typeof detectHandlers.detect>>;

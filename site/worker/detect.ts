/** Requests of the Detect view. */
import {
  type DetectOptions,
  type Detector,
  encodePng,
  type RgbImage,
  readImageSource,
  runInWords,
} from "centernet";
import { bitmapOf } from "./bitmap.ts";
import type { Call } from "./call.ts";
import { layerProgress, runningInWords } from "./layerProgress.ts";
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
    call.progress({ text: runningInWords(detector) });
    const answer = await run(detector, pixels, {
      ...testTime,
      ...layerProgress(detector, call),
      signal: call.signal,
      where: image.name,
    });
    const small = thumbnail ? await bitmapOf(pixels, THUMBNAIL_SIDE) : undefined;
    if (small) call.transfer(small);
    return { ...answer, times: { ...answer.times, decode }, decodedBy: pixels.decodedBy, thumbnail: small };
  },

  /** As `detect`, of a frame of the camera, which goes back to the page with what was found in it. */
  async detectFrame(
    {
      settings,
      testTime,
      frame,
    }: { readonly settings: Settings; readonly testTime: TestTime; readonly frame: ImageBitmap },
    call: Call,
  ) {
    const start = performance.now();
    const pixels = await readImageSource(frame, CAMERA);
    const decode = performance.now() - start;
    const detector = await detectorFor(settings, call);
    const options = { ...testTime, ...layerProgress(detector, call), signal: call.signal, where: CAMERA };
    const answer = await run(detector, pixels, options);
    call.transfer(frame);
    return { ...answer, times: { ...answer.times, decode }, frame };
  },

  /** A frame of the camera as a file that holds the pixels that were detected. */
  async frameFile({ frame }: { readonly frame: ImageBitmap }, call: Call) {
    const bytes = encodePng(await readImageSource(frame, CAMERA)) as Uint8Array<ArrayBuffer>;
    frame.close();
    call.transfer(bytes.buffer);
    return bytes;
  },
};

/** What errors call a frame. */
const CAMERA = "camera";

/** What of a result goes to the page. */
async function run(detector: Detector, pixels: RgbImage, options: DetectOptions) {
  const {
    image: _pixels,
    taps: _taps,
    heatmaps: _heatmaps,
    geometry: _geometry,
    ...result
  } = await detector.detect(pixels, { ...options, score: 0 });
  const { model, notes } = detector.network;
  const { classes, keypointNames } = model;
  return {
    ...result,
    ranOn: runInWords(result),
    runs: ++runs,
    notes: [...notes, ...(result.backendDetails.note ? [result.backendDetails.note] : [])],
    of: { ...choicesOf(model), classes, keypointNames },
  };
}

/** What was found in an image, and how. */
export type DetectAnswer = Awaited<ReturnType<typeof detectHandlers.detect>>;
/** What was found in a frame of the camera. */
export type FrameAnswer = Awaited<ReturnType<typeof detectHandlers.detectFrame>>;

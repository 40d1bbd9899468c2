/** Images that a browser holds: what it can draw on a canvas. */
import { ImageError } from "../errors.ts";
import { MAX_PIXELS } from "../image/imageLimits.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { describeValue, isObject } from "../support/checkArguments.ts";
import type { BrowserImage } from "./imageSource.ts";
import { readRawImage } from "./rawImage.ts";

/** An `HTMLMediaElement` with this `readyState` or more has a frame to draw. */
const HAVE_CURRENT_DATA = 2;

export function isBrowserImage(source: unknown): source is BrowserImage {
  if (!isObject(source)) return false;
  if ("naturalWidth" in source || "videoWidth" in source || "displayWidth" in source) return true;
  if ("data" in source) return "colorSpace" in source && source.colorSpace !== "srgb";
  return "width" in source && "height" in source && ("getContext" in source || "close" in source);
}

/**
 * Reads the pixels as a canvas gives them: upright, in sRGB, 8 bits per channel, without alpha. An `<img>` that still
 * loads is awaited.
 *
 * @throws ImageError if there are no pixels (closed, detached, empty, not loaded), too many, or if the page may not
 *   read them.
 */
export async function readBrowserImage(image: BrowserImage, where: string): Promise<RgbImage> {
  if ("naturalWidth" in image && !("complete" in image && image.complete)) {
    await image.decode().catch((error: unknown) => {
      const got = `one that does not load (${messageOf(error)})`;
      throw new ImageError({ where, expected: "an image", got }, { cause: error });
    });
  }
  return pixelsOf(image, where);
}

function pixelsOf(image: BrowserImage, where: string): RgbImage {
  const { width, height } = sizeOf(image);
  const name = describeValue(image);
  if ("videoWidth" in image && image.readyState < HAVE_CURRENT_DATA) {
    const hint = "Wait for its event loadeddata.";
    throw new ImageError({ where, expected: "a frame", got: `${name} without one yet`, hint });
  }
  if (!(width >= 1 && height >= 1)) {
    const got = `${name} of ${width}x${height}`;
    throw new ImageError({ where, expected: "an image with pixels", got, hint: emptyHint(image) });
  }
  if (width * height > MAX_PIXELS) {
    throw new ImageError({ where, expected: `at most ${MAX_PIXELS} pixels`, got: `${width}x${height}` });
  }
  return readRawImage(drawn(image, { width, height }, where), where);
}

function sizeOf(image: BrowserImage): Size {
  if ("naturalWidth" in image) return { width: image.naturalWidth, height: image.naturalHeight };
  if ("videoWidth" in image) return { width: image.videoWidth, height: image.videoHeight };
  if ("displayWidth" in image) return { width: image.displayWidth, height: image.displayHeight };
  return { width: image.width, height: image.height };
}

function emptyHint(image: BrowserImage): string | undefined {
  if ("close" in image) return "It was closed, or transferred to another thread.";
  if ("naturalWidth" in image) return "It has not loaded, or is an SVG without a size.";
  return undefined;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function drawn(image: BrowserImage, size: Size, where: string): ImageData {
  try {
    const context = contextFor(image, size, where);
    // Of another color space, such as display-p3; the canvas converts it.
    if ("data" in image) context.putImageData(image as unknown as ImageData, 0, 0);
    else if (context.canvas !== (image as unknown)) {
      context.drawImage(image as CanvasImageSource, 0, 0, size.width, size.height);
    }
    return context.getImageData(0, 0, size.width, size.height);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const name = describeValue(image);
    const isTainted = isObject(error) && error.name === "SecurityError";
    const fault = isTainted
      ? {
          expected: "pixels that this page may read",
          got: `${name} with data of another origin`,
          hint: TAINTED,
        }
      : { expected: "an image that can be drawn", got: `${name} (${messageOf(error)})` };
    throw new ImageError({ where, ...fault }, { cause: error });
  }
}

const TAINTED = 'Set crossorigin="anonymous" on the element; its server must allow that by CORS.';

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

function contextFor(image: BrowserImage, size: Size, where: string): Context {
  const settings = { willReadFrequently: true };
  let context: Context | null = null;
  if (typeof OffscreenCanvas === "function") {
    context = new OffscreenCanvas(size.width, size.height).getContext("2d", settings);
  } else if (typeof document === "object") {
    const canvas = Object.assign(document.createElement("canvas"), size);
    context = canvas.getContext("2d", settings) as Context | null;
  } else if ("getContext" in image) {
    // A canvas of a library in Node, which has its own context.
    context = (image as HTMLCanvasElement).getContext("2d") as Context | null;
  }
  if (context) return context;
  const got = `${describeValue(image)} on a machine without a canvas`;
  throw new ImageError({ where, expected: "pixels", got, hint: "Give the bytes of its file." });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

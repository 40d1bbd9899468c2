/** Pixels that a program already has. */
import { ImageError, UsageError } from "../errors.ts";
import { MAX_PIXELS } from "../image/imageLimits.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { describeValue, isObject } from "../support/checkArguments.ts";
import type { RawImage, RawResult } from "./imageSource.ts";

const EXPECTED = "pixels: width, height and width x height x 1, 2, 3 or 4 bytes of data";

/** `{ width, height, data }`, or sharp's `{ data, info: { width, height, channels } }`. */
export function isRawImage(source: unknown): source is RawImage | RawResult {
  return isObject(source) && "data" in source;
}

/** @throws UsageError if size, channels and data do not agree; ImageError if there are too many pixels. */
export function readRawImage(source: RawImage | RawResult, where: string): RgbImage {
  if (!("info" in source) || !isObject(source.info)) return toRgb(source as RawImage, where);
  return toRgb({ ...source.info, data: source.data }, where);
}

/** Without `raw()`, sharp returns the bytes of a file. Undefined for pixels. */
export function fileOfResult(source: RawImage | RawResult): Uint8Array | undefined {
  if (!("info" in source) || !isObject(source.info)) return undefined;
  const { data, info } = source;
  const isFile = info.format !== undefined && info.format !== "raw" && data instanceof Uint8Array;
  return isFile ? data : undefined;
}

function toRgb(image: RawImage, where: string): RgbImage {
  const { width, height, data } = image;
  const isSize = [width, height].every((side) => Number.isInteger(side) && side >= 1);
  const pixels = width * height;
  const channels = image.channels ?? (isSize && isBytes(data) ? data.length / pixels : undefined);
  const isWhole = isBytes(data) && [1, 2, 3, 4].includes(Number(channels));
  if (!isSize || !isWhole || data.length !== pixels * Number(channels)) throw refused(image, where);
  if (pixels > MAX_PIXELS) {
    throw new ImageError({ where, expected: `at most ${MAX_PIXELS} pixels`, got: `${width}x${height}` });
  }
  if (channels === 3) return { width, height, data: ownBytes(data) };
  const rgb = new Uint8Array(pixels * 3);
  const [green, blue] = channels === 4 ? [1, 2] : [0, 0];
  for (let from = 0, to = 0; to < rgb.length; from += Number(channels), to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + green];
    rgb[to + 2] = data[from + blue];
  }
  return { width, height, data: rgb };
}

function isBytes(data: unknown): data is RawImage["data"] {
  return /^\[object Uint8(Clamped)?Array\]$/.test(Object.prototype.toString.call(data));
}

/** The same bytes, in a type that all code here knows: no clamped array, Buffer or array of another realm. */
function ownBytes(data: RawImage["data"]): Uint8Array {
  if (data.constructor === Uint8Array) return data;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function refused({ width, height, data, channels }: RawImage, where: string): UsageError {
  const size = `${describeValue(width)}x${describeValue(height)}`;
  const per = channels === undefined ? "" : ` of ${describeValue(channels)} channels`;
  const got = `${size}${per} with ${isBytes(data) ? `${data.length} bytes` : describeValue(data)}`;
  return new UsageError({ where, expected: EXPECTED, got, hint: hintFor(data, width * height, channels) });
}

function hintFor(data: unknown, pixels: number, channels?: number): string | undefined {
  if (ArrayBuffer.isView(data) && !isBytes(data)) return "Convert it to 8 bits per channel.";
  if (!isBytes(data)) return undefined;
  if (data.length === 0) return "Its buffer may have been transferred to another thread.";
  const is16Bit = (channels ? [channels] : [3, 4]).some((samples) => data.length === pixels * samples * 2);
  return is16Bit ? "Convert 16 bits per channel to 8." : undefined;
}

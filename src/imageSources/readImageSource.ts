/** From any image that `detect` takes to RGB. */
import { UsageError } from "../errors.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { describeValue, isObject } from "../support/checkArguments.ts";
import { isBrowserImage, readBrowserImage } from "./browserImage.ts";
import { decodeBytes, readAddress, readBlob, readResponse } from "./imageFiles.ts";
import type { AddressSource, BlobSource, ImageSource, ResponseSource } from "./imageSource.ts";
import { fileOfResult, isRawImage, readRawImage } from "./rawImage.ts";

const EXPECTED =
  "bytes of an image file, its path or URL, a Blob, a Response, pixels ({ width, height, data }) or a browser's image";

/**
 * Pixels that are there already, such as a video's current frame, are read before this returns.
 *
 * @throws ImageError if there is no readable image, or one without pixels.
 * @throws UsageError for anything else.
 * @throws the signal's reason if it is aborted while a URL is read.
 */
export async function readImageSource(
  source: ImageSource,
  where: string,
  signal?: AbortSignal,
): Promise<RgbImage> {
  const bytes = bytesOf(source);
  if (bytes) return decodeBytes(bytes, where);
  if (isAddress(source)) return readAddress(source, where, signal);
  if (isBrowserImage(source)) return readBrowserImage(source, where);
  if (isResponse(source)) return readResponse(source, where, signal);
  if (isBlob(source)) return readBlob(source, where, signal);
  if (isRawImage(source)) {
    const file = fileOfResult(source);
    return file ? decodeBytes(file, where) : readRawImage(source, where);
  }
  const hint = isObject(source) && "then" in source ? "Await the promise." : undefined;
  throw new UsageError({ where, expected: EXPECTED, got: describeValue(source), hint });
}

/** What errors call an image: its path, URL or file name, if it has one. */
export function nameOfSource(source: unknown): string {
  const name = isAddress(source) ? source.toString() : isObject(source) && (source.name ?? source.url);
  return typeof name === "string" && name !== "" && !name.startsWith("data:") ? name : "image";
}

function bytesOf(source: unknown): Uint8Array | undefined {
  const tag = Object.prototype.toString.call(source);
  if (source instanceof ArrayBuffer || /^\[object (Shared)?ArrayBuffer\]$/.test(tag)) {
    const buffer = source as ArrayBuffer;
    // Of a buffer that was transferred elsewhere no view can be made; it is as empty.
    return buffer.byteLength === 0 ? new Uint8Array(0) : new Uint8Array(buffer);
  }
  if (source instanceof Uint8Array) return source;
  if (!ArrayBuffer.isView(source) || tag !== "[object Uint8Array]") return undefined;
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

function isAddress(source: unknown): source is AddressSource {
  return typeof source === "string" || Object.prototype.toString.call(source) === "[object URL]";
}

function isBlob(source: unknown): source is BlobSource {
  return isObject(source) && typeof source.arrayBuffer === "function" && typeof source.size === "number";
}

function isResponse(source: unknown): source is ResponseSource {
  return isObject(source) && typeof source.arrayBuffer === "function" && typeof source.status === "number";
}

/** Images as files: bytes, or where to get them. */
import { fetchFile, readBytes } from "#platform";
import { CenterNetError, ImageError, systemMessage } from "../errors.ts";
import { decodeImage } from "../image/imageFile.ts";
import type { RgbImage } from "../image/rgbImage.ts";
import { fileKind } from "../support/fileKind/fileKind.ts";
import { canDecodeInBrowser, decodeInBrowser } from "./decodeInBrowser.ts";
import type { AddressSource, BlobSource, ResponseSource } from "./imageSource.ts";

/** Every source of bytes ends here. In browsers, other kinds than JPEG and PNG are left to the browser. */
export async function decodeBytes(bytes: Uint8Array, where: string): Promise<RgbImage> {
  const { reader, family } = fileKind(bytes);
  const isOther = family === "image" && reader === undefined;
  return isOther && canDecodeInBrowser() ? decodeInBrowser(bytes, where) : decodeImage(bytes, where);
}

/** What every download of an image keeps to: its decoding says what else it is. */
export const IMAGE_DOWNLOAD = {
  silenceMilliseconds: 20_000,
  /** 100 million pixels as PNG, not compressed at all, with room for metadata. */
  maxBytes: 512 * 2 ** 20,
  acceptsPages: true,
} as const;

/** Reads a path or URL. */
export async function readAddress(
  source: AddressSource,
  where: string,
  signal?: AbortSignal,
): Promise<RgbImage> {
  const text = source.toString();
  if (/^(https?|data|blob):/i.test(text)) {
    const refused = (got: string, cause?: unknown) => unread(where, got, "Check the address.", cause);
    const response = await fetchFile(text, { ...IMAGE_DOWNLOAD, refused, signal });
    return readResponse(response, where, signal);
  }
  const bytes = await readBytes(text).catch((error: unknown) => {
    const got = error instanceof CenterNetError ? error.fault.got : systemMessage(error);
    throw unread(where, got, "Check the path.", error);
  });
  return decodeBytes(bytes, where);
}

/** Reads what `fetch` returned. */
export async function readResponse(
  response: ResponseSource,
  where: string,
  signal?: AbortSignal,
): Promise<RgbImage> {
  if (!response.ok) throw unread(where, `HTTP status ${response.status}`, "Check the address.");
  if (response.bodyUsed)
    throw unread(where, "a Response whose body was read before", "Give a clone() of it.");
  return decodeBytes(await bytesOf(response, where, signal), where);
}

/** Reads a `Blob` or `File`. */
export async function readBlob(blob: BlobSource, where: string, signal?: AbortSignal): Promise<RgbImage> {
  return decodeBytes(await bytesOf(blob, where, signal), where);
}

async function bytesOf(
  source: BlobSource | ResponseSource,
  where: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    return new Uint8Array(await source.arrayBuffer());
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ImageError) throw error;
    throw unread(where, `one that cannot be read (${causeOf(error)})`, undefined, error);
  }
}

function unread(where: string, got: string, hint?: string, cause?: unknown): ImageError {
  return new ImageError({ where, expected: "an image file", got, hint }, { cause });
}

/** Node says only "fetch failed" and why in the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}

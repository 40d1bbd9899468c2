import { ImageError } from "../../errors.ts";
import { IMAGE_DOWNLOAD } from "../../imageSources/imageFiles.ts";
import { fetchFile } from "../../platform/node.ts";
import { fileKind } from "../../support/fileKind/fileKind.ts";

/** Enough to tell what kind of file it is. */
const IDENTIFYING_BYTES = 4096;

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** The name of the file that a URL leads to, or else its host. */
export function nameOfUrl(url: string): string {
  if (!URL.canParse(url)) return "image";
  const { pathname, hostname } = new URL(url);
  const name = decoded(pathname.split("/").filter(Boolean).at(-1) ?? "").replace(/[/\\\p{Cc}]/gu, "_");
  return name === "" || /^\.+$/.test(name) ? hostname : name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Downloads an image. What begins like no image is read no further, so that its decoding says what it is.
 *
 * @throws ImageError if the server does not answer, is silent for too long, has no such file or sends too much.
 * @throws the signal's reason once it is aborted.
 */
export async function fetchImage(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const refused = (got: string, cause?: unknown) =>
    new ImageError({ where: url, expected: "an image file", got, hint: "Check the address." }, { cause });
  const { body } = await fetchFile(url, { ...IMAGE_DOWNLOAD, refused, signal });
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    const isIdentified = bytes >= IDENTIFYING_BYTES;
    chunks.push(part.value);
    bytes += part.value.length;
    if (isIdentified || bytes < IDENTIFYING_BYTES) continue;
    if (!["jpeg", "png"].includes(fileKind(Buffer.concat(chunks)).reader ?? "")) break;
  }
  await reader?.cancel();
  return new Uint8Array(Buffer.concat(chunks));
}

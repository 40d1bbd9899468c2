import { ImageError } from "../../errors.ts";
import { MIN_BYTES } from "../../platform/fetchBytes.ts";
import { fileKind } from "../../support/fileKind/fileKind.ts";

const SILENCE_MILLISECONDS = 20_000;
/** Enough to tell what kind of file it is. */
const IDENTIFYING_BYTES = 4096;
/** 100 million pixels as PNG, not compressed at all, with room for metadata. */
const MAX_BYTES = 512 * 2 ** 20;

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
  const stop = new AbortController();
  const silent = refused(`a server that was silent for ${SILENCE_MILLISECONDS / 1000} s`);
  const wait = () => setTimeout(() => stop.abort(silent), SILENCE_MILLISECONDS);
  let timer = wait();
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener("abort", onAbort);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let sinceWait = 0;
  try {
    signal.throwIfAborted();
    const response = await fetch(url, { signal: stop.signal });
    if (!response.ok) throw refused(`HTTP status ${response.status}`);
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      const chunk = part.value;
      sinceWait += chunk.length;
      if (sinceWait >= MIN_BYTES) {
        clearTimeout(timer);
        timer = wait();
        sinceWait = 0;
      }
      const isIdentified = bytes >= IDENTIFYING_BYTES;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw refused(`more than ${MAX_BYTES} bytes`);
      if (isIdentified || bytes < IDENTIFYING_BYTES) continue;
      if (!["jpeg", "png"].includes(fileKind(Buffer.concat(chunks)).reader ?? "")) break;
    }
    return new Uint8Array(Buffer.concat(chunks));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ImageError) throw error;
    throw refused(`no response (${reasonOf(error)})`, error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    stop.abort();
  }
}

/** Node's `fetch failed` has its reason in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message || `${(cause as NodeJS.ErrnoException).code}` : message;
}

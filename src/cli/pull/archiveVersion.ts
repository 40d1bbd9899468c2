import type { IncomingHttpHeaders } from "node:http";

/** Which file a server sent, so that the rest of just this one can be asked for. */
export interface ArchiveVersion {
  /** As it was asked for, before redirects. */
  readonly url: string;
  /** For `If-Range` (RFC 9110, section 13.1.5); without one a cut download starts again. */
  readonly validator?: string;
  /** Of the whole archive, in bytes. */
  readonly length?: number;
}

/** By the headers of an answer that holds the whole file. */
export function versionOf(url: URL, headers: IncomingHttpHeaders): ArchiveVersion {
  return { url: url.href, validator: validatorOf(headers), length: parseLength(headers["content-length"]) };
}

/** A weak ETag does not promise the same bytes. */
function validatorOf(headers: IncomingHttpHeaders): string | undefined {
  return headers.etag?.startsWith('"') ? headers.etag : headers["last-modified"];
}

/** Whether a `206 Partial Content` with these headers goes on where this version's first `size` bytes end. */
export function continues(headers: IncomingHttpHeaders, version: ArchiveVersion, size: number): boolean {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
  const sameLength = total === "*" || version.length === undefined || Number(total) === version.length;
  const sent = validatorOf(headers);
  return Number(start) === size && sameLength && (sent === undefined || sent === version.validator);
}

/** From a file; undefined for anything that is no version. */
export function parseVersion(text: string): ArchiveVersion | undefined {
  try {
    const { url, validator, length } = JSON.parse(text);
    if (typeof url !== "string") return undefined;
    return {
      url,
      validator: typeof validator === "string" ? validator : undefined,
      length: Number.isSafeInteger(length) && length >= 0 ? length : undefined,
    };
  } catch {
    return undefined;
  }
}

function parseLength(text: string | undefined): number | undefined {
  const length = /^\d+$/.test(text ?? "") ? Number(text) : undefined;
  return Number.isSafeInteger(length) ? length : undefined;
}

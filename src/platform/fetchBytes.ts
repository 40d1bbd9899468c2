import { CenterNetError, ModelError } from "../errors.ts";

/** How long a server may be silent: before its answer, and while more of it is waited for. */
const SILENCE_MILLISECONDS = 10_000;
/** A server that sends less in that time counts as silent, so that none goes on forever. */
export const MIN_BYTES = 4096;
/** Of one file. The largest archive of weights has some 1.5 GB. */
export const MAX_BYTES = 4 * 2 ** 30;
export const TOO_LARGE = tooMuch(MAX_BYTES);

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Called as bytes arrive; `total` is infinite if the server does not tell it, or compresses what it sends. */
  readonly onBytes?: (received: number, total: number) => void;
  /** Called with the error that ends the body, before its reader gets it. */
  readonly onFailure?: (error: unknown) => void;
  readonly silenceMilliseconds?: number;
  readonly maxBytes?: number;
  /** The error for a download that fails. Default: a ModelError. */
  readonly refused?: (got: string, cause?: unknown) => Error;
  /** Whether a page of HTML may be what is wanted. Default: it is refused, since servers answer so in place of a file. */
  readonly acceptsPages?: boolean;
}

/** @throws ModelError if the response is not the file: no connection, an error status, an HTML page. */
export async function fetchBytes(url: string, options?: DownloadOptions): Promise<Uint8Array> {
  return new Uint8Array(await whole(url, options, (response) => response.arrayBuffer()));
}

/**
 * The bytes of a file that says to be of at most `small` of them, otherwise a Blob, which browsers keep on disk if it is
 * large. @throws as `fetchBytes`
 */
export function fetchBytesOrBlob(
  url: string,
  small: number,
  options?: DownloadOptions,
): Promise<Uint8Array | Blob> {
  return whole(url, options, async (response): Promise<Uint8Array | Blob> => {
    const isSmall = lengthOf(response.headers) <= small;
    return isSmall ? new Uint8Array(await response.arrayBuffer()) : response.blob();
  });
}

/** Browsers replace the error of a stream by one of their own, which says nothing. */
async function whole<Body>(
  url: string,
  options: DownloadOptions | undefined,
  read: (response: Response) => Promise<Body>,
): Promise<Body> {
  let failure: unknown;
  const onFailure = (error: unknown) => {
    failure = error;
  };
  const response = await fetchFile(url, { ...options, onFailure });
  return read(response).catch((error: unknown) => {
    throw failure ?? error;
  });
}

/** Streams the file. @throws ModelError as `fetchBytes` does, at once or while the stream is read. */
export async function fetchStream(
  url: string,
  options?: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { body } = await fetchFile(url, options);
  if (body) return body;
  throw refusedBy(url)("an empty response");
}

/**
 * The response to a download, whose body ends in an error if the server falls silent or sends too much.
 *
 * @throws `refused` if there is no such file.
 * @throws the signal's reason once it is aborted, also while the body is read.
 */
export async function fetchFile(url: string, options: DownloadOptions = {}): Promise<Response> {
  const { silenceMilliseconds = SILENCE_MILLISECONDS, refused = refusedBy(url), signal } = options;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  const finish = () => signal?.removeEventListener("abort", onAbort);
  signal?.addEventListener("abort", onAbort);
  const silence = refused(`nothing for ${silenceMilliseconds / 1000} s`);
  const timer = setTimeout(() => stop.abort(silence), silenceMilliseconds);
  try {
    const response = await fetch(url, { signal: stop.signal });
    const { ok, status, headers, body } = response;
    const fault = ok ? faultOf(headers, options) : `HTTP status ${status}`;
    if (fault !== undefined) {
      stop.abort();
      throw refused(fault);
    }
    if (!body) finish();
    return new Response(body && watched(body.getReader(), url, headers, options, finish), { headers });
  } catch (error) {
    finish();
    signal?.throwIfAborted();
    if (error === silence || error instanceof CenterNetError) throw error;
    throw refused(`no response (${reasonOf(error)}; browsers say the same if CORS forbids it)`, error);
  } finally {
    clearTimeout(timer);
  }
}

function faultOf(
  headers: Headers,
  { acceptsPages, maxBytes = MAX_BYTES }: DownloadOptions,
): string | undefined {
  if (!acceptsPages && headers.get("content-type")?.startsWith("text/html")) return "a page of HTML";
  return Number(headers.get("content-length")) > maxBytes ? tooMuch(maxBytes) : undefined;
}

function tooMuch(maxBytes: number): string {
  return maxBytes >= 2 ** 30 ? `more than ${maxBytes / 2 ** 30} GiB` : `more than ${maxBytes / 2 ** 20} MiB`;
}

/** The body's bytes. Only waiting for the server counts: a slow reader may take its time. */
function watched(
  body: ReadableStreamDefaultReader<Uint8Array>,
  url: string,
  headers: Headers,
  options: DownloadOptions,
  finish: () => void,
): ReadableStream<Uint8Array> {
  const {
    silenceMilliseconds = SILENCE_MILLISECONDS,
    maxBytes = MAX_BYTES,
    refused = refusedBy(url),
  } = options;
  const silence = refused(`a server that is silent for ${silenceMilliseconds / 1000} s`);
  const length = lengthOf(headers);
  let total = 0;
  let waited = 0;
  let received = 0;
  const next = async () => {
    const start = performance.now();
    const { value } = await within(body.read(), silenceMilliseconds, silence);
    if (!value) return undefined;
    waited += performance.now() - start;
    received += value.length;
    total += value.length;
    if (total > maxBytes) throw refused(tooMuch(maxBytes));
    // A compressed body grows beyond its length, and other origins do not show that they compress.
    options.onBytes?.(total, total > length ? Number.POSITIVE_INFINITY : length);
    if (waited > silenceMilliseconds) {
      if (received < MIN_BYTES) throw silence;
      waited = 0;
      received = 0;
    }
    return value;
  };
  const failureOf = (error: unknown): unknown => {
    if (options.signal?.aborted) return options.signal.reason;
    if (error === silence || error instanceof CenterNetError) return error;
    return refused(`no more than ${total} bytes (${reasonOf(error)})`, error);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const value = await next();
          if (value) return controller.enqueue(value);
          finish();
          controller.close();
        } catch (error) {
          finish();
          body.cancel().catch(() => {});
          const failure = failureOf(error);
          options.onFailure?.(failure);
          throw failure;
        }
      },
      cancel(reason) {
        finish();
        return body.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The length of the file, if the server tells it; that of a compressed body is another. */
function lengthOf(headers: Headers): number {
  const encoding = headers.get("content-encoding") ?? "identity";
  const length = Number(headers.get("content-length"));
  return encoding === "identity" && length > 0 ? length : Number.POSITIVE_INFINITY;
}

/** Rejects with the error if the promise is not settled in time. */
async function within<T>(promise: Promise<T>, milliseconds: number, late: Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), milliseconds);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Node says only "fetch failed" and why in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  return cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : message;
}

function refusedBy(url: string): (got: string, cause?: unknown) => ModelError {
  return (got, cause) =>
    new ModelError({ where: url, expected: "a file", got, hint: "Check the address." }, { cause });
}

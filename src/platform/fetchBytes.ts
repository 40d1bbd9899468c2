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
  readonly silenceMilliseconds?: number;
  readonly maxBytes?: number;
  /** The error for a download that fails. Default: a ModelError. */
  readonly refused?: (got: string, cause?: unknown) => Error;
  /** Whether a page of HTML may be what is wanted. Default: it is refused, since servers answer so in place of a file. */
  readonly acceptsPages?: boolean;
}

/** @throws ModelError if the response is not the file: no connection, an error status, an HTML page. */
export async function fetchBytes(url: string, options?: DownloadOptions): Promise<Uint8Array> {
  const { body } = await startDownload(url, options);
  return body ? wholeBody(body) : new Uint8Array(0);
}

/**
 * The bytes of a file that says to be of at most `small` of them, otherwise a Blob, which browsers keep on disk if it is
 * large. @throws as `fetchBytes`
 */
export async function fetchBytesOrBlob(
  url: string,
  small: number,
  options?: DownloadOptions,
): Promise<Uint8Array | Blob> {
  const download = await startDownload(url, options);
  const length = lengthOf(download.headers);
  if (download.body && length <= small) return wholeBody(download.body, length);
  // Browsers replace the error of a stream by one of their own, which says nothing.
  let failure: unknown;
  const onFailure = (error: unknown) => {
    failure = error;
  };
  return responseOf(download, onFailure)
    .blob()
    .catch((error: unknown) => {
      throw failure ?? error;
    });
}

/** @param expected how many bytes there will be, if nobody errs. */
async function wholeBody(body: DownloadBody, expected = 0): Promise<Uint8Array> {
  let bytes = new Uint8Array(expected);
  let length = 0;
  for (let piece = await body.next(); piece; piece = await body.next()) {
    if (length + piece.length > bytes.length) {
      const larger = new Uint8Array(Math.max(length + piece.length, 2 * bytes.length));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes.length === length ? bytes : bytes.slice(0, length);
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
export async function fetchFile(url: string, options?: DownloadOptions): Promise<Response> {
  return responseOf(await startDownload(url, options));
}

interface Download {
  readonly headers: Headers;
  readonly body?: DownloadBody;
}

/** The bytes as they arrive. */
interface DownloadBody {
  /** Undefined at the end. @throws what ends the download early */
  next(): Promise<Uint8Array | undefined>;
  cancel(reason: unknown): Promise<void>;
}

async function startDownload(url: string, options: DownloadOptions = {}): Promise<Download> {
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
    return { headers, body: body ? watched(body.getReader(), url, headers, options, finish) : undefined };
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
): DownloadBody {
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
  return {
    async next() {
      try {
        const value = await next();
        if (!value) finish();
        return value;
      } catch (error) {
        finish();
        body.cancel().catch(() => {});
        throw failureOf(error);
      }
    },
    cancel(reason) {
      finish();
      return body.cancel(reason);
    },
  };
}

function responseOf({ headers, body }: Download, onFailure?: (error: unknown) => void): Response {
  const stream =
    body &&
    new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const value = await body.next().catch((error) => {
            onFailure?.(error);
            throw error;
          });
          if (value) controller.enqueue(value);
          else controller.close();
        },
        cancel: (reason) => body.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  return new Response(stream, { headers });
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

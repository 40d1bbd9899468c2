import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { finished, pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { openTarGz } from "../../checkpoints/archives/tarGz.ts";
import { quote } from "../../checkpoints/bytes/json.ts";
import { ModelError } from "../../errors.ts";
import { MAX_BYTES, MIN_BYTES, TOO_LARGE } from "../../platform/fetchBytes.ts";
import { findWeights } from "../../platform/node.ts";
import { formatBytes } from "../terminal/formatNumber.ts";
import { continues, PartialArchive, versionOf } from "./partialArchive.ts";

export interface Download {
  readonly url: URL;
  /** Where the archive is to be. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly retryPolicy?: RetryPolicy;
  /** Bytes received, of how many if that is known. */
  readonly onProgress?: (received: number, total: number | undefined) => void;
  /** Called with the reason before each retry. */
  readonly onRetry?: (reason: string) => void;
}

export interface RetryPolicy {
  /** How long the server may be silent. */
  readonly idleMilliseconds: number;
  /** The wait before each retry. A retry that receives enough starts the list again; silence is retried once. */
  readonly delays: readonly number[];
}

const RETRY_POLICY: RetryPolicy = { idleMilliseconds: 10_000, delays: [1000, 2000, 4000, 8000, 16_000] };

const MAX_REDIRECTS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];
/** The server may answer better soon. */
const TRANSIENT_STATUSES = [408, 425, 429, 500, 502, 503, 504];
const LOST_CONNECTION = [
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ERR_STREAM_PREMATURE_CLOSE",
];
const THIS_MACHINE = ["localhost", "127.0.0.1", "[::1]"];
/** RFC 1952, section 2.3.1. */
const GZIP_MAGIC = [0x1f, 0x8b];

/** A retry may succeed. Never leaves this file. */
class TransientError extends Error {}

/** The server sends nothing, or next to nothing. */
class SilenceError extends TransientError {
  constructor(milliseconds: number) {
    super(`the server was silent for ${milliseconds / 1000} s`);
  }
}

/**
 * Downloads a `.tar.gz` and returns its SHA-256. It gets its name only once it is whole and its checksums are
 * right. If the download fails or is killed, the next one continues it, provided that the server still has the
 * same file.
 *
 * @throws ModelError if the server has no archive, sends something else, or fails too often.
 * @throws UsageError if another pull of the archive is running or the file system refuses.
 * @throws the signal's reason if it is aborted.
 */
export async function downloadArchive(download: Download): Promise<string> {
  const part = await PartialArchive.open(download.path, download.url);
  try {
    await receiveWithRetries(download, part);
    await verify(download, part);
    const checksum = createHash("sha256");
    await pipeline(createReadStream(part.data), checksum, { signal: download.signal });
    await part.complete();
    return checksum.digest("hex");
  } finally {
    await part.release();
  }
}

async function receiveWithRetries(download: Download, part: PartialArchive): Promise<void> {
  const { url, signal, retryPolicy = RETRY_POLICY, onRetry } = download;
  let mostReceived = part.size;
  let retries = 0;
  // An earlier pull may have received every byte but stopped before it renamed the file.
  while (part.size === 0 || part.size !== part.version?.length) {
    try {
      return await receive(download, part, retryPolicy.idleMilliseconds);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      if (part.size - mostReceived >= MIN_BYTES) retries = 0;
      mostReceived = Math.max(mostReceived, part.size);
      const isSilent = error instanceof SilenceError && retries > 0;
      if (isSilent || retries === retryPolicy.delays.length) throw tooManyRetries(url, part.size, error);
      onRetry?.(`${displayUrl(url)}: ${error.message} after ${formatBytes(part.size)}; trying again`);
      await sleep(retryPolicy.delays[retries++], undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Receives the missing bytes over one connection. */
async function receive(download: Download, part: PartialArchive, idleMilliseconds: number): Promise<void> {
  const { url, signal } = download;
  const response = await get(url, { headers: requestHeaders(part), signal, timeout: idleMilliseconds });
  try {
    accept(response, url, part);
    await receiveBody(response, download, part, idleMilliseconds);
  } finally {
    response.destroy();
  }
}

async function receiveBody(
  response: IncomingMessage,
  download: Download,
  part: PartialArchive,
  idleMilliseconds: number,
): Promise<void> {
  const { url, onProgress } = download;
  const length = part.version?.length;
  if (length !== undefined && length > MAX_BYTES) throw invalidResponse(url, TOO_LARGE);
  onProgress?.(part.size, length);
  let lastSize = part.size;
  const watch = setInterval(() => {
    if (part.size - lastSize < MIN_BYTES) response.destroy(new SilenceError(idleMilliseconds));
    lastSize = part.size;
  }, idleMilliseconds);
  response.on("data", (bytes: Buffer) => {
    try {
      if (!mayBeGzip(bytes, part.size)) throw invalidResponse(url, contentOf(response, bytes));
      if (part.size + bytes.length > MAX_BYTES) throw invalidResponse(url, TOO_LARGE);
      if (length !== undefined && part.size + bytes.length > length) {
        throw invalidResponse(url, `more than the ${length} bytes that it is said to have`);
      }
      part.append(bytes);
      onProgress?.(part.size, length);
    } catch (error) {
      response.destroy(error as Error);
    }
  });
  try {
    await finished(response);
  } catch (error) {
    if (error instanceof ModelError) part.discard();
    throw connectionError(url, error as Error);
  } finally {
    clearInterval(watch);
  }
  if (length !== undefined && part.size < length) throw new TransientError("the response ended early");
}

/** Requests what is missing of the version that the part is of, or all of any other. */
function requestHeaders({ size, version }: PartialArchive): Record<string, string> {
  const headers = { "Accept-Encoding": "identity", "User-Agent": "centernet" };
  if (size === 0 || version?.validator === undefined) return headers;
  return { ...headers, Range: `bytes=${size}-`, "If-Range": version.validator };
}

/** Decides from status and headers whether the body continues the part or replaces it. */
function accept({ statusCode = 0, statusMessage, headers }: IncomingMessage, url: URL, part: PartialArchive) {
  if (statusCode === 206 && part.version && continues(headers, part.version, part.size)) return;
  if (statusCode === 200) return part.restart(versionOf(url, headers));
  if (part.size > 0 && (statusCode === 206 || statusCode === 416)) {
    part.discard();
    throw new TransientError("the server no longer has the same file");
  }
  const got = `HTTP status ${statusCode} ${statusMessage}`.trim();
  throw TRANSIENT_STATUSES.includes(statusCode) ? new TransientError(got) : invalidResponse(url, got);
}

/** Whether these bytes from `offset` on leave it possible that the file is a gzip. */
function mayBeGzip(bytes: Uint8Array, offset: number): boolean {
  return GZIP_MAGIC.every((byte, i) => bytes[i - offset] === undefined || bytes[i - offset] === byte);
}

function contentOf({ headers }: IncomingMessage, bytes: Uint8Array): string {
  const isHtml = headers["content-type"]?.startsWith("text/html") || bytes[0] === "<".charCodeAt(0);
  return isHtml ? "an HTML page" : "something other than a gzip file";
}

/** Reads the whole archive: checks the gzip's checksum and length, and finds every file of the tar. */
async function verify({ url, signal }: Download, part: PartialArchive): Promise<void> {
  const where = displayUrl(url);
  try {
    const weights = await findWeights(part.data);
    if (weights.kind !== "archive") {
      throw new ModelError({ where, expected: "an archive", got: "not even its first bytes" });
    }
    const { file } = weights;
    const stream = async () => (await file.stream()).pipeThrough(new TransformStream(), { signal });
    const files = await openTarGz({ ...file, where, stream });
    await files.close();
  } catch (error) {
    signal.throwIfAborted();
    // Continuing it would find the same damage.
    part.discard();
    throw error;
  }
}

interface RequestOptions {
  readonly headers: Record<string, string>;
  readonly signal: AbortSignal;
  readonly timeout: number;
}

/** The response to a GET, redirects followed. (`fetch` would unpack an archive sent as `Content-Encoding: gzip`.) */
async function get(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  let target = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await getOnce(target, options);
    if (!REDIRECTS.includes(response.statusCode ?? 0)) return response;
    response.destroy();
    target = redirectTarget(target, response.headers.location);
  }
  throw invalidResponse(url, `more than ${MAX_REDIRECTS} redirects`);
}

function getOnce(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const send = url.protocol === "https:" ? getHttps : getHttp;
  const silence = new SilenceError(options.timeout);
  return new Promise((resolve, reject) => {
    // Without an agent, the connection ends with its request.
    const request = send(url, { ...options, agent: false }, (response) => {
      clearTimeout(deadline);
      request.on("timeout", () => response.destroy(silence));
      resolve(response);
    });
    // The timeout alone would wait for headers that come byte by byte.
    const deadline = setTimeout(() => request.destroy(silence), options.timeout);
    request.on("timeout", () => request.destroy(silence));
    request.on("error", (error) => {
      clearTimeout(deadline);
      reject(connectionError(url, error));
    });
  });
}

function redirectTarget(from: URL, location: string | undefined): URL {
  const target = location !== undefined && URL.canParse(location, from) ? new URL(location, from) : undefined;
  const isDowngrade = from.protocol === "https:" && target?.protocol === "http:";
  if (target && isSafe(target) && !isDowngrade) return target;
  throw invalidResponse(from, `a redirect to ${quote(location ?? "")}`);
}

/** What an error of a connection means. Errors of this package, which have no code, stay as they are. */
function connectionError(url: URL, error: NodeJS.ErrnoException): Error {
  const { code } = error;
  if (code === undefined) return error;
  if (LOST_CONNECTION.includes(code)) return new TransientError(`the connection was lost (${code})`);
  return invalidResponse(url, `no valid HTTP response (${error.message || code})`, error);
}

/** For a response that another try would not change. */
function invalidResponse(url: URL, got: string, cause?: unknown): ModelError {
  const hint = "Check the address, or choose another with --from.";
  return new ModelError({ where: displayUrl(url), expected: "an archive", got, hint }, { cause });
}

function tooManyRetries(url: URL, received: number, cause: TransientError): ModelError {
  const tries = cause instanceof SilenceError ? "" : " after several tries";
  const got = `${formatBytes(received)}, and no more${tries}: ${cause.message}`;
  const hint = received > 0 ? "They are kept: pull again to continue." : "Try again later.";
  return new ModelError({ where: displayUrl(url), expected: "an archive", got, hint }, { cause });
}

/** Without the password and the query, which may hold a signature. */
function displayUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

/** Https, or http that nobody else can see or change: from this machine. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && THIS_MACHINE.includes(hostname));
}

import {
  get as getHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from "node:http";
import { get as getHttps } from "node:https";
import { PassThrough } from "node:stream";
import { ModelError } from "../../errors.ts";
import { isHttp, shown } from "./archiveSource.ts";
import { TransferFault } from "./transferFault.ts";

export interface GetOptions {
  readonly headers: OutgoingHttpHeaders;
  readonly signal: AbortSignal;
  /** How long the server may be silent. */
  readonly idleMilliseconds: number;
}

export interface Answer {
  readonly status: number;
  readonly statusMessage: string;
  readonly headers: IncomingHttpHeaders;
  /** As it is stored, in pieces. Throws as `httpGet` does, after all that came before. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection. */
  close(): void;
}

const MOST_REDIRECTS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];
/** Received, and not yet read. */
const BUFFER_BYTES = 2 ** 20;

/**
 * The answer to a GET, redirects followed. (`fetch` would unpack an archive whose gzip a server takes for
 * the transfer's.)
 *
 * @throws TransferFault where the connection is lost or silent for too long.
 * @throws ModelError where there is no server or a redirect leads nowhere.
 */
export async function httpGet(url: URL, options: GetOptions): Promise<Answer> {
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const answer = await getOnce(at, options);
    if (!REDIRECTS.includes(answer.status)) return answer;
    answer.close();
    at = redirectTarget(at, answer.headers.location);
  }
  throw refusal(url, `more than ${MOST_REDIRECTS} redirects`);
}

/** For an answer that would be no other if it was asked for again. */
export function refusal(url: URL, got: string, cause?: unknown): ModelError {
  const hint = "Check the address, or choose another with --from.";
  return new ModelError({ where: shown(url), expected: "an archive", got, hint }, { cause });
}

function getOnce(url: URL, { headers, signal, idleMilliseconds }: GetOptions): Promise<Answer> {
  const get = url.protocol === "https:" ? getHttps : getHttp;
  const silence = new TransferFault(`the server was silent for ${idleMilliseconds / 1000} s`);
  return new Promise((resolve, reject) => {
    // Without an agent the connection is this request's own, and ends with it.
    const request = get(url, { headers, signal, timeout: idleMilliseconds, agent: false }, (response) => {
      request.on("timeout", () => response.destroy(silence));
      resolve(answerOf(response, url));
    });
    request.on("timeout", () => request.destroy(silence));
    request.on("error", (error) => reject(connectionFault(url, error)));
  });
}

function answerOf(response: IncomingMessage, url: URL): Answer {
  // A stream that fails drops what it still holds, and this one must not.
  const buffer = new PassThrough({ highWaterMark: BUFFER_BYTES });
  let failure: Error | undefined;
  response.on("error", (error) => {
    failure = connectionFault(url, error);
    buffer.end();
  });
  response.pipe(buffer);
  return {
    status: response.statusCode ?? 0,
    statusMessage: response.statusMessage ?? "",
    headers: response.headers,
    body: (async function* () {
      yield* buffer;
      if (failure) throw failure;
    })(),
    close: () => response.destroy(),
  };
}

const LOST = ["ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"];

/** Whether a connection's error may pass, and what it means. */
function connectionFault(url: URL, error: NodeJS.ErrnoException): Error {
  if (error instanceof TransferFault) return error;
  const code = error.code ?? "";
  if (LOST.includes(code)) return new TransferFault(`the connection was lost (${code})`);
  return refusal(url, `no proper answer (${error.message || code})`, error);
}

function redirectTarget(url: URL, location: string | undefined): URL {
  const target = location !== undefined && URL.canParse(location, url) ? new URL(location, url) : undefined;
  if (target && isHttp(target)) return target;
  throw refusal(url, `a redirect to ${JSON.stringify(location ?? "")}`);
}

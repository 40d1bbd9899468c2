import { ModelError } from "../errors.ts";

/** How long a server may be silent: before its answer, and while more of it is waited for. */
const SILENCE_MILLISECONDS = 10_000;
/** A server that sends less in that time counts as silent, so that none goes on forever. */
export const MIN_BYTES = 4096;
/** Of one file. The largest archive of weights has some 1.5 GB. */
export const MAX_BYTES = 4 * 2 ** 30;
export const TOO_LARGE = `more than ${MAX_BYTES / 2 ** 30} GiB`;

/** @throws ModelError if the response is not the file: no connection, an error status, an HTML page. */
export async function fetchBytes(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchFile(url)).arrayBuffer());
}

/** Streams the file. @throws ModelError as `fetchBytes` does, at once or while the stream is read. */
export async function fetchStream(url: string): Promise<ReadableStream<Uint8Array>> {
  const { body } = await fetchFile(url);
  if (body) return body;
  throw refused(url, "an empty response");
}

/** The response, whose body ends in a ModelError if the server falls silent or sends too much. */
export async function fetchFile(url: string, silenceMilliseconds = SILENCE_MILLISECONDS): Promise<Response> {
  const stop = new AbortController();
  const silence = refused(url, `nothing for ${silenceMilliseconds / 1000} s`);
  const timer = setTimeout(() => stop.abort(silence), silenceMilliseconds);
  const response = await fetch(url, { signal: stop.signal })
    .catch((error: Error) => {
      if (error === silence) throw silence;
      throw refused(url, `no response (${error.message}; browsers say the same if CORS forbids it)`, error);
    })
    .finally(() => clearTimeout(timer));
  const { ok, status, headers, body } = response;
  const fault = ok ? faultOf(headers) : `HTTP status ${status}`;
  if (fault !== undefined) {
    stop.abort();
    throw refused(url, fault);
  }
  return new Response(body && watched(body.getReader(), url, silenceMilliseconds), { headers });
}

function faultOf(headers: Headers): string | undefined {
  if (headers.get("content-type")?.startsWith("text/html")) return "a page of HTML";
  return Number(headers.get("content-length")) > MAX_BYTES ? TOO_LARGE : undefined;
}

/** The body's bytes. Only waiting for the server counts: a slow reader may take its time. */
function watched(
  body: ReadableStreamDefaultReader<Uint8Array>,
  url: string,
  silenceMilliseconds: number,
): ReadableStream<Uint8Array> {
  const silence = refused(url, `a server that is silent for ${silenceMilliseconds / 1000} s`);
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
    if (total > MAX_BYTES) throw refused(url, TOO_LARGE);
    if (waited > silenceMilliseconds) {
      if (received < MIN_BYTES) throw silence;
      waited = 0;
      received = 0;
    }
    return value;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const value = await next();
          if (value) controller.enqueue(value);
          else controller.close();
        } catch (error) {
          body.cancel().catch(() => {});
          throw error;
        }
      },
      cancel: (reason) => body.cancel(reason),
    },
    { highWaterMark: 0 },
  );
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

function refused(url: string, got: string, cause?: unknown): ModelError {
  return new ModelError({ where: url, expected: "a file", got, hint: "Check the address." }, { cause });
}

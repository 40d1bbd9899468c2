import { ModelError } from "../errors.ts";

/** @throws ModelError if the response is not the file: no connection, an error status, an HTML page. */
export async function fetchBytes(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchFile(url)).arrayBuffer());
}

/** Streams the file. @throws ModelError as `fetchBytes` does, at once or while the stream is read. */
export async function fetchStream(url: string): Promise<ReadableStream<Uint8Array>> {
  const { body } = await fetchFile(url);
  if (body) return body;
  throw new ModelError({ where: url, expected: "a file", got: "an empty response" });
}

export async function fetchFile(url: string): Promise<Response> {
  const fail = (got: string, cause?: unknown) =>
    new ModelError({ where: url, expected: "a file", got, hint: "Check the address." }, { cause });
  const response = await fetch(url).catch((error: Error) => {
    throw fail(`no response (${error.message}; browsers say the same if CORS forbids it)`, error);
  });
  if (!response.ok) throw fail(`HTTP status ${response.status}`);
  if (response.headers.get("content-type")?.startsWith("text/html")) throw fail("a page of HTML");
  return response;
}

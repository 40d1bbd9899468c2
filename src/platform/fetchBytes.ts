import { ModelError } from "../errors.ts";

/** @throws ModelError where the answer is not the file: no connection, an error status, a page of HTML. */
export async function fetchBytes(url: string): Promise<Uint8Array> {
  const fail = (got: string, cause?: unknown) =>
    new ModelError({ where: url, expected: "a file", got, hint: "Check the address." }, { cause });
  const response = await fetch(url).catch((error: Error) => {
    throw fail(`no answer (${error.message}; a browser also says so where CORS forbids it)`, error);
  });
  if (!response.ok) throw fail(`HTTP status ${response.status}`);
  if (response.headers.get("content-type")?.startsWith("text/html")) throw fail("a page of HTML");
  return new Uint8Array(await response.arrayBuffer());
}

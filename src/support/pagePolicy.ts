/** What a content security policy may forbid a page; outside browsers, so may a runtime's own settings. */
import { BackendError } from "../errors.ts";

/** The smallest module there is: its magic number and version. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

const ANOTHER = "choose another backend";

/** @throws BackendError if WebAssembly may not be compiled here, whatever its bytes. */
export async function refuseForbiddenWasm(where: string): Promise<void> {
  try {
    await WebAssembly.compile(EMPTY_MODULE);
  } catch (error) {
    throw forbidden(where, "WebAssembly", "'wasm-unsafe-eval'", ANOTHER, error);
  }
}

/**
 * `where` names what makes functions from text, `instead` what to do without them.
 *
 * @throws BackendError if functions may not be made from text here.
 */
export function refuseForbiddenFunctions(where: string, instead: string = ANOTHER): void {
  try {
    new Function("");
  } catch (error) {
    throw forbidden(where, "functions made from text", "'unsafe-eval'", instead, error);
  }
}

function forbidden(
  where: string,
  what: string,
  source: string,
  instead: string,
  cause: unknown,
): BackendError {
  const got = "a content security policy that forbids it";
  const hint = `Allow it with script-src ${source}, or ${instead}.`;
  return new BackendError({ where, expected: `a page that may use ${what}`, got, hint }, { cause });
}

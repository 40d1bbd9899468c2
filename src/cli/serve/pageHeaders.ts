/** What every response that belongs to the page carries. Its service worker adds the same where no server does. */

/** What lets the page share memory between threads, and keeps other pages from embedding or reading its files. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
} as const;

/** WebAssembly, threads from Blobs, and nothing that another server could send or receive. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src blob:",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** gpu.js builds functions from text. A worker has the policy of its own file, so the page's stays strict. */
const WORKER_POLICY = PAGE_POLICY.replace("'wasm-unsafe-eval'", "'wasm-unsafe-eval' 'unsafe-eval'");

/** As the build names it. */
const WORKER_FILE = /^assets\/worker-[\w-]+\.js$/;

/** The headers of the file with this path, which is relative to the page's folder. */
export function headersFor(path: string): Readonly<Record<string, string>> {
  return {
    ...ISOLATION,
    "Content-Security-Policy": WORKER_FILE.test(path) ? WORKER_POLICY : PAGE_POLICY,
  };
}

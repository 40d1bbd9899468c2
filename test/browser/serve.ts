import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".jpg": "image/jpeg",
  ".wasm": "application/wasm",
};

/** What allows a page to share memory between threads. */
export const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Serves folders by the first part of the path, and what is in none of them from the folder named "". Every file has these
 * headers.
 */
export async function serve(
  folders: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
) {
  const server = createServer(async (request, response) => {
    const [, root, ...rest] = normalize(new URL(request.url ?? "/", "http://localhost").pathname).split("/");
    try {
      const bytes = await readFile(join(folders[root] ?? join(folders[""], root), ...rest));
      const type = TYPES[extname(rest.at(-1) ?? root)] ?? "application/octet-stream";
      response.writeHead(200, { ...headers, "Content-Type": type }).end(bytes);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

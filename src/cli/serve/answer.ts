/** Answers the page's requests: GET and HEAD of its own files, from this machine's own address. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname } from "node:path";
import { pipeline } from "node:stream/promises";
import { quote } from "../../checkpoints/bytes/json.ts";
import { systemMessage } from "../../errors.ts";
import { listModels, openPageFile, type PageFolders } from "./pageFolders.ts";
import { headersFor } from "./pageHeaders.ts";

export interface Page {
  readonly folders: PageFolders;
  /** Its files change while it is served: browsers are to keep none. */
  readonly changes: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".gz": "application/gzip",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".png": "image/png",
  ".safetensors": "application/octet-stream",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** The build puts a hash of their content into these names. */
const HASHED = /^assets\/.+-[\w-]{8}\.\w+$/;

/** The list of models whose weights are here. */
const MODEL_LIST = "models.json";

export async function answer(request: IncomingMessage, response: ServerResponse, page: Page): Promise<void> {
  const url = request.url ?? "";
  const path = url === "/" ? "index.html" : url.slice(1).replace(/[?#].*$/s, "") || "index.html";
  setHeaders(response, headersFor(path));
  try {
    const port = request.socket.localPort ?? 0;
    if (!isOwnHost(request.headers.host, port)) {
      const got = quote(request.headers.host ?? "nothing");
      return refuse(response, 403, `host: expected 127.0.0.1:${port} or localhost:${port}, got ${got}.`);
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return refuse(response, 405, `method: expected GET or HEAD, got ${request.method}.`);
    }
    if (url.startsWith("/") && path === MODEL_LIST) return await sendModels(request, response, page);
    if (url.startsWith("/") && (await sendFile(path, request, response, page))) return;
    refuse(response, 404, `${quote(url)}: expected a file of the page, got none.`);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(response, 500, `${quote(url)}: expected to read it, got ${systemMessage(error)}.`);
  }
}

/**
 * A name that another server's owner lets point to this machine must not reach the page: it would be of that
 * server's origin.
 */
function isOwnHost(host: string | undefined, port: number): boolean {
  const names = ["127.0.0.1", "localhost"];
  return names.some((name) => host === `${name}:${port}` || (port === 80 && host === name));
}

/** Whether there is such a file. */
async function sendFile(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { folders, changes }: Page,
): Promise<boolean> {
  const packed = takesGzip(request) ? await openPageFile(`${path}.gz`, folders) : undefined;
  const file = packed ?? (await openPageFile(path, folders));
  if (!file) return false;
  const { handle, bytes } = file;
  try {
    const tag = `W/"${bytes.toString(36)}-${Math.floor(file.changed).toString(36)}${packed ? "-gz" : ""}"`;
    setHeaders(response, {
      "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
      "Cache-Control": changes ? "no-store" : caching(path),
      Vary: "Accept-Encoding",
      ETag: tag,
      ...(packed && { "Content-Encoding": "gzip" }),
    });
    if (!changes && isKnown(tag, request)) {
      response.writeHead(304).end();
      return true;
    }
    response.writeHead(200, { "Content-Length": bytes });
    if (request.method === "HEAD" || bytes === 0) response.end();
    // A file that grows meanwhile ends where the header says.
    else await pipeline(handle.createReadStream({ autoClose: false, start: 0, end: bytes - 1 }), response);
  } finally {
    await handle.close();
  }
  return true;
}

async function sendModels(request: IncomingMessage, response: ServerResponse, { folders }: Page) {
  const body = Buffer.from(`${JSON.stringify(await listModels(folders))}\n`);
  setHeaders(response, { "Content-Type": TYPES[".json"], "Cache-Control": "no-store" });
  response.writeHead(200, { "Content-Length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Archives are large, and near. */
function caching(path: string): string {
  if (path.startsWith("archives/")) return "no-store";
  return HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache";
}

function takesGzip({ headers }: IncomingMessage): boolean {
  const accepted = String(headers["accept-encoding"] ?? "").split(",");
  return accepted.some((part) => /^\s*(gzip|\*)\s*(;\s*q\s*=\s*(1|0\.\d*[1-9])\b.*)?$/i.test(part));
}

function isKnown(tag: string, { headers }: IncomingMessage): boolean {
  const known = headers["if-none-match"]?.split(",").map((part) => part.trim());
  return known?.includes(tag) ?? false;
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  setHeaders(response, { "Content-Type": TYPES[".txt"], "Cache-Control": "no-store" });
  for (const name of ["ETag", "Content-Encoding"]) response.removeHeader(name);
  response.writeHead(status);
  response.end(`${sentence}\n`);
}

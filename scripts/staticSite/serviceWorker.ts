/**
 * Adds to the page's files the headers that its host does not send, and keeps the files for use without a network. A
 * navigation asks the network first, so that a new build is seen at once; everything else is of this build and is kept.
 */
import { headersFor } from "../../src/cli/serve/pageHeaders.ts";

/** A hash of all files. */
declare const BUILD: string;
/** All files but the weights, relative to the page. */
declare const FILES: readonly string[];

/** What is used of a service worker's scope, whose types exclude those of a page. */
interface Scope {
  readonly registration: { readonly scope: string; readonly active: unknown };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate" | "message", listener: (event: Extended) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
}
interface Extended {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends Extended {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as Scope;
const CACHES = `centernet ${scope.registration.scope} `;
const CACHE = CACHES + BUILD;
/** Kept once they are used: their names change with their content, or they are large. */
const KEPT_WHEN_USED = /^(assets|weights)\//;

// The first one leaves that for later: the page is isolated sooner.
scope.addEventListener("install", (event) => {
  if (scope.registration.active) event.waitUntil(keepFiles());
});
scope.addEventListener("message", (event) => event.waitUntil(keepFiles()));
scope.addEventListener("activate", (event) => event.waitUntil(takeOver()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(scope.registration.scope)) {
    event.respondWith(answer(event));
  }
});

async function keepFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  const missing = FILES.map((path) => new URL(path, scope.registration.scope).href).filter(
    (url) => !kept.has(url),
  );
  // A copy of an earlier build may still count as fresh.
  await cache.addAll(missing.map((url) => new Request(url, { cache: "no-cache" })));
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(CACHES) && name !== CACHE) await caches.delete(name);
  }
  await scope.clients.claim();
}

async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const path = pathOf(request);
  const cache = await caches.open(CACHE);
  if (request.mode === "navigate") {
    const fresh = await fetch(request).catch(() => undefined);
    if (fresh?.ok) return withHeaders(fresh, path);
    return withHeaders((await cache.match(path)) ?? fresh ?? Response.error(), path);
  }
  const kept = await cache.match(path);
  if (kept) return withHeaders(kept, path);
  const fresh = await fetch(request);
  if (fresh.status === 200 && KEPT_WHEN_USED.test(path)) {
    // Nothing is stored if the body ends early.
    event.waitUntil(cache.put(path, fresh.clone()).catch(() => {}));
  }
  return withHeaders(fresh, path);
}

/** Relative to the page's folder. */
function pathOf({ url }: Request): string {
  const { pathname } = new URL(url);
  return pathname.slice(new URL(scope.registration.scope).pathname.length) || "index.html";
}

function withHeaders(response: Response, path: string): Response {
  if (response.type === "error" || response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(headersFor(path))) headers.set(name, value);
  const { status, statusText } = response;
  const hasBody = ![204, 205, 304].includes(status);
  return new Response(hasBody ? response.body : null, { status, statusText, headers });
}

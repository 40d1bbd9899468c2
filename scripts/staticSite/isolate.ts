/**
 * Isolates the page on a host that sets no headers, so that its network runs on all threads: registers a service worker
 * that adds them, and reloads once when it has taken over. Without service workers nothing happens, and the network runs
 * on one thread.
 */

/** Set from a reload until an isolated page has come of it: without that, no other follows. */
const RELOADED = "centernet-reloaded";

/** What the page itself needs comes first; then the rest is kept for use without a network. */
const KEEP_AFTER_MILLISECONDS = 3000;

async function isolate(): Promise<void> {
  // Absent on insecure pages and in private windows of some browsers.
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  if (crossOriginIsolated) {
    sessionStorage.removeItem(RELOADED);
    setTimeout(() => serviceWorker.controller?.postMessage("keep files"), KEEP_AFTER_MILLISECONDS);
    return;
  }
  const mayReload = sessionStorage.getItem(RELOADED) === null;
  const inCharge = new Promise<void>((resolve) => {
    if (serviceWorker.controller) resolve();
    else serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
  const registration = await serviceWorker.register("./service-worker.js");
  // A forced reload goes past a worker that is active already.
  if (!registration.active) await inCharge;
  if (!mayReload) return;
  sessionStorage.setItem(RELOADED, "yes");
  location.reload();
}

// Whatever forbids storage or workers leaves a page that works.
isolate().catch(() => {});

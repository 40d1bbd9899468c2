/** Long work on the calling thread yields to the event loop this often, in milliseconds. */
export const YIELD_INTERVAL_MS = 50;

/**
 * Lets timers, signals and the page run. Uses a message, because browsers throttle timers in background tabs.
 */
export function yieldToEventLoop(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

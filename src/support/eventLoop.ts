/** So often, in milliseconds, work on the calling thread lets others have their turn. */
export const YIELD_INTERVAL_MS = 50;

/**
 * Lets timers, signals and the page have their turn. A message is not slowed down in background tabs, where
 * timers are.
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

/** Smaller ones are not worth the call. */
const MIN_BYTES = 2 ** 20;

/**
 * Gives the memory of large arrays back at once: engines collect them when they think fit, which for a network's
 * weights is a gigabyte too late. Such an array has no numbers afterwards. One that shares its buffer stays.
 */
export function releaseMemory(data: Float32Array): void {
  const { buffer, byteLength } = data;
  if (!(buffer instanceof ArrayBuffer) || byteLength < buffer.byteLength || byteLength < MIN_BYTES) return;
  if ("transfer" in buffer) {
    (buffer.transfer as (bytes: number) => ArrayBuffer)(0);
    return;
  }
  // Engines without it, as Node 20, drop a message to a closed port with all that was to go along.
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(undefined, [buffer]);
  port1.close();
}

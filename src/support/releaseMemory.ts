/** Smaller arrays are not worth the call. */
const MIN_BYTES = 2 ** 16;

/**
 * Frees a large array now rather than at the next garbage collection, by which time a network's weights, or the values
 * of its layers one after the other, would have cost much more: for `onTap`, which may call it with the `data` of a tap
 * that is no longer needed. The array is detached (length 0) afterwards. A small one is kept, and one that shares its
 * buffer.
 */
export function releaseMemory({ buffer, byteLength }: ArrayBufferView): void {
  if (!(buffer instanceof ArrayBuffer) || byteLength < buffer.byteLength || byteLength < MIN_BYTES) return;
  if ("transfer" in buffer) {
    (buffer.transfer as (bytes: number) => ArrayBuffer)(0);
    return;
  }
  // Without `transfer`, as in Node 20: a message to a closed port is dropped together with what it transfers.
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(undefined, [buffer]);
  port1.close();
}

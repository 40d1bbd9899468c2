/** What has passed the self-test in this process, for each thing that can be at fault. */
const passed = new WeakMap<object, Set<string>>();

/**
 * Runs the self-test of a kind of executor, unless it was passed before on the same compiled module, device or library:
 * a second one could find nothing new.
 *
 * @throws whatever the test throws; it runs again next time.
 */
export async function testOnce(on: object, kind: string, test: () => Promise<void>): Promise<void> {
  const kinds = passed.get(on) ?? new Set();
  passed.set(on, kinds);
  if (kinds.has(kind)) return;
  await test();
  kinds.add(kind);
}

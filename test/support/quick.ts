import { expect } from "vitest";

/** Far above what any of the tests takes in linear time, and far below what they would take in quadratic time. */
const MAX_MILLISECONDS = 10_000;

/** Runs what must not take minutes. Processor time counts, which a busy machine does not stretch as it does waiting. */
export function quick<T>(action: () => T): T {
  const start = process.cpuUsage();
  const result = action();
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(MAX_MILLISECONDS);
  return result;
}

const BLOCKS = " ▁▂▃▄▅▆▇█";

/** Counts as a line of blocks, the largest full; only what is 0 is blank. */
export function blockLine(counts: readonly number[]): string {
  const largest = Math.max(...counts, 1);
  return counts.map((count) => BLOCKS[Math.ceil((count / largest) * (BLOCKS.length - 1))]).join("");
}

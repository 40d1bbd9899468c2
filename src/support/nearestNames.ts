/** Enough to compare one model with another. Beyond it, no nearest names are returned. */
const MAX_COMPARISONS = 1_000_000;
/** Names less similar than this are not worth showing. */
const MIN_SIMILARITY = 0.5;

/**
 * Finds the most similar candidate for each name, by the share of common letter pairs (bigrams; Dice 1945).
 * This finds misspellings, changed numbers and different prefixes.
 */
export function nearestNames(names: readonly string[], candidates: readonly string[]): Map<string, string> {
  const nearest = new Map<string, string>();
  if (names.length * candidates.length > MAX_COMPARISONS) return nearest;
  const candidatePairs = candidates.map(letterPairs);
  for (const name of names) {
    const pairs = letterPairs(name);
    let best = MIN_SIMILARITY;
    for (const [index, other] of candidatePairs.entries()) {
      const similarity = dice(pairs, other);
      if (similarity > best) {
        best = similarity;
        nearest.set(name, candidates[index]);
      }
    }
  }
  return nearest;
}

const MAX_COMPARED = 200;

function letterPairs(name: string): Set<string> {
  const pairs = new Set<string>();
  const length = Math.min(name.length, MAX_COMPARED);
  for (let i = 0; i + 1 < length; i++) pairs.add(name.slice(i, i + 2));
  return pairs;
}

function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const pair of a) if (b.has(pair)) both++;
  return (2 * both) / Math.max(1, a.size + b.size);
}

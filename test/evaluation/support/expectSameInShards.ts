import { expect } from "vitest";
import { evaluate } from "../../../src/evaluation/evaluate.ts";
import { readAnnotations } from "../../../src/evaluation/reading/annotations.ts";
import { readResults } from "../../../src/evaluation/reading/results.ts";
import { cocoCase } from "./cocoCases.ts";
import { shardsOf } from "./shards.ts";

/** Splits a case's results into each of these numbers of shards. */
export async function expectSameInShards(name: string, counts: readonly number[]): Promise<void> {
  const { annotations, results, type, options } = cocoCase(name);
  const truth = await readAnnotations(annotations);
  const outcome = async (sources: Parameters<typeof readResults>[0]) => {
    const { precision, recall, scores, rows } = evaluate(
      truth,
      await readResults(sources, truth, { type }),
      options,
    );
    const arrays = [precision, recall, scores].map(({ buffer }) => Buffer.from(buffer).toString("base64"));
    return { arrays: arrays.join(), rows };
  };
  const wanted = await outcome(results);
  for (const count of counts) {
    const { arrays, rows } = await outcome(shardsOf(results, count, 100 * name.length + count));
    // Megabytes of text are no help if they differ.
    expect(arrays === wanted.arrays, `${count} shards`).toBe(true);
    expect(rows).toEqual(wanted.rows);
  }
}

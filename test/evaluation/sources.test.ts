import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/evaluation/evaluate.ts";
import type { JsonSource } from "../../src/evaluation/json/feed.ts";
import { KeyTable } from "../../src/evaluation/json/jsonBytes.ts";
import { JsonUnits } from "../../src/evaluation/json/jsonUnits.ts";
import { annotationsOf, readAnnotations } from "../../src/evaluation/reading/annotations.ts";
import { readResults, resultsOf } from "../../src/evaluation/reading/results.ts";
import { inParts, madeAnnotations, madeResults } from "./support/made.ts";

const encoded = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function streamOf(bytes: Uint8Array, size: number, onCancel = () => {}): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + size));
      else controller.close();
      at += size;
    },
    cancel: onCancel,
  });
}

const SOURCES: readonly (readonly [string, (value: unknown) => JsonSource])[] = [
  ["bytes", encoded],
  ["a Blob", (value) => new Blob([encoded(value)])],
  ["a File", (value) => new File([encoded(value)], "a.json")],
  ["a stream of 5 bytes at a time", (value) => streamOf(encoded(value), 5)],
  ["the body of a response", (value) => new Response(encoded(value)).body as ReadableStream<Uint8Array>],
  ["an iterable", (value) => inParts(JSON.stringify(value), 11)],
];

test.each(SOURCES)("annotations and results are read from %s", async (_, sourceOf) => {
  const whole = annotationsOf(madeAnnotations());
  const wanted = evaluate(whole, resultsOf(madeResults(), whole));
  const truth = await readAnnotations(sourceOf(madeAnnotations()));
  const { precision, recall } = evaluate(truth, await readResults(sourceOf(madeResults()), truth));
  expect({ precision, recall }).toEqual({ precision: wanted.precision, recall: wanted.recall });
});

test("a stream that is refused, or aborted, is given back", async () => {
  let cancelled = 0;
  const stream = (value: unknown) => streamOf(encoded(value), 8, () => cancelled++);
  await expect(readAnnotations(stream({ images: [{ id: null }], more: "x".repeat(100) }))).rejects.toThrow(
    /images\[0\]/,
  );
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await expect(readAnnotations(stream(madeAnnotations()), { signal: stop.signal })).rejects.toThrow("enough");
  expect(cancelled).toBe(2);
});

test("of a long file only the entry at hand is held", () => {
  const entry = `{"padding":"${"x".repeat(300)}"}`;
  let held = 0;
  let entries = 0;
  const units = new JsonUnits("long", "entries", {
    lists: new KeyTable([]),
    unit(json) {
      json.skip();
      held = Math.max(held, json.bytes.length);
      entries++;
    },
  });
  const file = new TextEncoder().encode(`[${Array(2000).fill(entry).join()}]`);
  for (let at = 0; at < file.length; at += 64) units.push(file.slice(at, at + 64));
  units.finish();
  expect(entries).toBe(2000);
  // It is tried again at twice its length.
  expect(held).toBeLessThan(2 * entry.length + 2 * 64);
});

describe("what does not fit in memory is refused before it fills it", () => {
  test("arrays of too many categories", () => {
    const categories = Array.from({ length: 6000 }, (_, id) => ({ id, name: `c${id}` }));
    const truth = annotationsOf({ images: [], categories, annotations: [] });
    expect(() => evaluate(truth, resultsOf([], truth))).toThrow(
      /^option categoryIds: expected at most 67108864 entries of precision \[T, R, K, A, M\], got 72720000\. Evaluate fewer categories at a time\.$/,
    );
  });

  test("pairs of one image", () => {
    const bbox = [0, 0, 1, 1];
    const annotations = Array.from({ length: 8200 }, (_, id) => ({
      id,
      image_id: 1,
      category_id: 3,
      bbox,
      area: 1,
      iscrowd: 0,
    }));
    const truth = annotationsOf({ ...madeAnnotations(), annotations });
    const list = Array.from({ length: 8200 }, () => ({ image_id: 1, category_id: 3, bbox, score: 1 }));
    const options = { maxDetections: [1, 10, 10_000] };
    expect(() => evaluate(truth, resultsOf(list, truth), options)).toThrow(
      /^image 1: expected at most 67108864 pairs of a detection and a truth in one category, got 67240000\. Lower the max/,
    );
  });

  test("keypoints of annotations", () => {
    const { annotations, ...rest } = madeAnnotations();
    const pose = { ...annotations[0], keypoints: Array(51).fill(1), num_keypoints: 17 };
    const many = Array.from({ length: 300 }, (_, id) => ({ ...pose, id }));
    expect(() =>
      annotationsOf({ ...rest, annotations: many }, { name: "a.json", maxBytes: 110_000 }),
    ).toThrow(/^a\.json: expected entries that fit into 0 MB of free memory, got more than 256\./);
  });
});

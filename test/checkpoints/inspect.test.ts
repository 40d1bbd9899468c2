import { expect, test } from "vitest";
import { describeCheckpoint } from "../../src/checkpoints/inspect.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { safetensorsFile } from "./support/safetensorsFile.ts";

test("a file is described by its variables in order and their totals", async () => {
  const tensors = new Map([
    ["b", { shape: [2, 3], data: new Float32Array(6) }],
    ["a", { shape: [], data: new Float32Array(1) }],
  ]);
  const bytes = safetensorsFile(tensors, new Map([["model", "m"]]), { dtype: "F16" });
  expect(describeCheckpoint(await openCheckpoint({ where: "f", bytes }))).toEqual({
    format: "safetensors",
    where: "f",
    metadata: { model: "m" },
    rows: [
      { name: "b", dtype: "F16", shape: [2, 3], bytes: 12 },
      { name: "a", dtype: "F16", shape: [], bytes: 2 },
    ],
    totals: { variables: 2, elements: 7, bytes: 14 },
  });
});

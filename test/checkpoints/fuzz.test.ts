import { expect, test } from "vitest";
import { fuzz } from "../support/fuzz.ts";
import { packTfjs, readSafetensors, readSpoiltMovenet, readTfjs } from "./support/fuzzTargets.ts";
import { safetensorsFile } from "./support/safetensorsFile.ts";
import { bytesOf, tfjsFile } from "./support/tfjsFile.ts";

/** FUZZ_RUNS sets the number of mutants; the full count is 100,000 each. */
test("mutants of a safetensors file are read consistently or refused", { timeout: 3_600_000 }, async () => {
  const tensors = new Map([
    ["a.kernel", { shape: [1, 2], data: Float32Array.of(1, 2) }],
    ["a.bias", { shape: [3], data: Float32Array.of(3, 4, 5) }],
    ["scale", { shape: [], data: Float32Array.of(6) }],
    ["none", { shape: [0, 2], data: new Float32Array(0) }],
  ]);
  const seeds = (["F16", "F32"] as const).map((dtype) =>
    safetensorsFile(tensors, new Map([["model", "m"]]), { dtype }),
  );
  const result = await fuzz({ seeds, run: readSafetensors, seed: 1 });
  expect(result.refused).toBeGreaterThan(0);
  report("safetensors", result);
});

test("mutants of a TensorFlow.js model are read consistently or refused", {
  timeout: 3_600_000,
}, async () => {
  const float16 = { dtype: "float16" };
  const affine = { dtype: "uint8", scale: 0.5, min: -1 };
  const file = tfjsFile(
    [
      { name: "a", shape: [2], dtype: "float32", bytes: bytesOf(Float32Array.of(1, 2)) },
      { name: "b", shape: [1, 1], dtype: "float32", quantization: float16, bytes: Uint8Array.of(0, 60) },
      { name: "c", shape: [2], dtype: "string", bytes: Uint8Array.of(1, 0, 0, 0, 104, 0, 0, 0, 0) },
      { name: "d", shape: [3], dtype: "float32", quantization: affine, bytes: Uint8Array.of(1, 2, 3) },
    ],
    [{ name: "n", op: "Mul", input: ["a", "b:0"], attr: { T: { type: "DT_FLOAT" } } }],
  );
  const result = await fuzz({ seeds: [packTfjs(file)], run: readTfjs, seed: 2 });
  expect(result.refused).toBeGreaterThan(0);
  report("tfjs", result);
});

test("MoveNet graphs with odd values in odd places are read or refused", { timeout: 3_600_000 }, async () => {
  const seeds = Array.from({ length: 50 }, (_, i) =>
    Uint8Array.from({ length: 7 }, (_, j) => (i * 97 + j * 89) % 256),
  );
  const runs = Number(process.env.FUZZ_RUNS ?? 200); // each reads some thousand JSON values
  const result = await fuzz({ seeds, run: readSpoiltMovenet, runs, seed: 3 });
  expect(result.refused).toBeGreaterThan(0);
  report("movenet", result);
});

function report(name: string, result: object): void {
  if (process.env.FUZZ_RUNS) console.log(name, JSON.stringify(result));
}

import { expect, test } from "vitest";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { safetensorsFile } from "./support/safetensorsFile.ts";
import { SMALL_FILES } from "./support/smallCheckpoint.ts";

const tensors = new Map([["a", { shape: [1], data: Float32Array.of(1) }]]);
const bytes = safetensorsFile(tensors, new Map([["model", "m"]]), { dtype: "F32" });

test("a format is told by the content, whatever the name", async () => {
  const checkpoint = await openCheckpoint({ where: "weights.bin", bytes });
  expect(checkpoint.format).toBe("safetensors");
  expect((await nameParameters(checkpoint)).evidence.model).toBe("m");
});

test("where the content tells nothing, the name decides what the error says", async () => {
  const cut = { where: "a.safetensors", bytes: bytes.subarray(0, 5) };
  await expect(openCheckpoint(cut)).rejects.toThrow("a.safetensors: expected at least 8 bytes, got 5.");
  await expect(openCheckpoint({ ...cut, where: "a.bin" })).rejects.toThrow(
    /a safetensors file, an ONNX model or the model\.json/,
  );
});

test("an index without its data files is named", async () => {
  const [index] = [...SMALL_FILES].flatMap(([path, contents]) => (path.endsWith(".index") ? [contents] : []));
  await expect(openCheckpoint({ where: "ckpt-0.index", bytes: index })).rejects.toThrow(
    "ckpt-0.index: expected a checkpoint with its data files, got the index of a TensorFlow checkpoint alone.",
  );
});

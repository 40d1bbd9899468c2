import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { convertCheckpoint } from "../../src/checkpoints/convertCheckpoint.ts";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { load } from "../../src/detect.ts";
import { modelOfCheckpoint } from "../../src/loading/modelOfCheckpoint.ts";
import { openWeightsFile } from "../../src/loading/openWeights.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { ALL_GOLDENS, goldenAt } from "../support/goldens.ts";
import { CHECKPOINTS } from "../support/zooModels.ts";

const SAMPLES = new URL("../../samples/", import.meta.url);
const readPhoto = async (file: string) => new Uint8Array(await readFile(new URL(file, SAMPLES)));
const NAMES = ["centernet_mobilenetv2fpn_512x512_coco17_od", "centernet_mobilenetv2fpn_512x512_coco17_kpts"];

const missing = ALL_GOLDENS === undefined || CHECKPOINTS === undefined;
if (missing)
  console.log("CENTERNET_GOLDENS or CENTERNET_CHECKPOINTS is not set: the real archives are left out");

describe.skipIf(missing)("an archive of the real exporter", () => {
  for (const name of NAMES) {
    const archive = join(CHECKPOINTS ?? "", `${name}.tar.gz`);

    test(`${name} gives the stored detections, from its tar.gz`, async () => {
      const golden = await goldenAt(join(ALL_GOLDENS ?? "", "tf", name, "photo"));
      const report = await verifyModel(name, golden, { backend: "wasm", weights: archive }, readPhoto);
      expect(report.pass, formatReport(report)).toBe(true);
    });

    test(`${name} is recognised without a name, and finds the same once converted to safetensors`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "centernet-archive-"));
      try {
        const checkpoint = await nameParameters(await openWeightsFile(archive));
        const { model, notes } = modelOfCheckpoint(checkpoint);
        expect({ name: model.name, notes }).toEqual({ name, notes: [] });
        const converted = join(folder, "converted.safetensors");
        const { file } = convertCheckpoint(checkpoint, model.name, await readWeights(checkpoint, model));
        await writeFile(converted, file.pieces);
        expect(await detectionsWith(converted)).toEqual(await detectionsWith(archive));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }
});

async function detectionsWith(weights: string) {
  const detector = await load(undefined, { weights, backend: "wasm" });
  const { detections, model } = await detector.detect(await readPhoto("people.png"), { score: 0 });
  await detector.dispose();
  expect(detections.length).toBeGreaterThan(10);
  return { detections, model };
}

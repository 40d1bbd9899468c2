import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ZOO } from "../../src/models/zoo.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { ALL_GOLDENS, goldenAt } from "../support/goldens.ts";
import { syntheticCheckpoint } from "../support/syntheticCheckpoint.ts";

const SAMPLES = new URL("../../samples/", import.meta.url);
const readPhoto = async (file: string) => new Uint8Array(await readFile(new URL(file, SAMPLES)));

if (ALL_GOLDENS === undefined) {
  console.log(`CENTERNET_GOLDENS is not set: ${ZOO.length} cases photo of the zoo are left out`);
}

describe.skipIf(ALL_GOLDENS === undefined)(
  "from the photo to the detections, wasm agrees with TensorFlow",
  () => {
    for (const { name } of ZOO) {
      test(name, async () => {
        const folder = join(ALL_GOLDENS ?? "", "tf", name);
        const golden = await goldenAt(join(folder, "photo"));
        const weights = await syntheticCheckpoint(folder);
        const report = await verifyModel(name, golden, { backend: "wasm", weights }, readPhoto);
        if (process.env.SHOW) console.log(formatReport(report));
        expect(report.pass, formatReport(report)).toBe(true);
      });
    }
  },
);

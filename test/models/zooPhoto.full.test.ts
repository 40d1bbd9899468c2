import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ZOO, type ZooRow } from "../../src/models/zoo/zoo.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { ALL_GOLDENS, goldenAt } from "../support/goldens.ts";
import { mayBeLeftOut, onEveryBackend } from "../support/required.ts";
import { syntheticCheckpoint } from "../support/syntheticCheckpoint.ts";
import { describeOnEachBuild } from "../support/wasmPlaces.ts";

const SAMPLES = new URL("../../samples/", import.meta.url);
const readPhoto = async (file: string) => new Uint8Array(await readFile(new URL(file, SAMPLES)));

/**
 * Hourglasses take minutes, and their taps are compared on both builds in zooSmall: the way from the photo and to the
 * detections is the same on both.
 */
const onBothBuilds = ({ name }: ZooRow) => !name.includes("hg104");

/** The network of the largest with keypoints is that of the model at 512 x 512. */
const CHOSEN = ZOO.filter(({ name }) => onEveryBackend || !name.includes("1024x1024_kpts"));

describeOnEachBuild("from the photo to the detections agrees with TensorFlow", {}, (place) => {
  for (const { name } of CHOSEN.filter((row) => place.threads === 2 || onBothBuilds(row))) {
    const folder = join(ALL_GOLDENS ?? "", "tf", name);
    const needs = ALL_GOLDENS === undefined ? " (needs CENTERNET_GOLDENS)" : "";
    test.skipIf(ALL_GOLDENS === undefined && mayBeLeftOut)(`${name}${needs}`, async () => {
      const golden = await goldenAt(join(folder, "photo"));
      const weights = await syntheticCheckpoint(folder);
      const report = await verifyModel(name, golden, { ...place, weights }, readPhoto);
      if (process.env.SHOW) console.log(formatReport(report));
      expect(report.pass, formatReport(report)).toBe(true);
    });
  }
});

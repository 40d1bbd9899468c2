import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { ALL_GOLDENS, OWN_GOLDENS } from "../support/goldens.ts";
import { verifyPointsCase } from "../support/pointsCases.ts";
import { mayBeLeftOut } from "../support/required.ts";

const FOLDER = join(ALL_GOLDENS ?? OWN_GOLDENS, "points");

// `photo` is fitted into a square, `photo-keep` runs at its own size, plain and mirrored.
for (const [model, name] of [
  ["ctdet_coco_dla_2x", "photo"],
  ["ctdet_coco_dla_2x", "photo-keep"],
  ["multi_pose_dla_3x", "photo"],
  ["multi_pose_dla_3x", "photo-keep"],
  ["ctdet_coco_resdcn18", "photo"],
]) {
  const folder = join(FOLDER, model);
  test.skipIf(!existsSync(join(folder, name)) && mayBeLeftOut)(
    `wasm finds what PyTorch finds, from the file's bytes to the boxes: ${model} ${name}`,
    async () => {
      const report = await verifyPointsCase(folder, name, { backend: "wasm" });
      if (process.env.SHOW) console.log(formatReport(report));
      expect(report.pass, formatReport(report)).toBe(true);
    },
  );
}

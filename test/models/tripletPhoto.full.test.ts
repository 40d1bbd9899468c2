import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { ALL_GOLDENS, OWN_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { verifyTripletCase } from "../support/tripletPhotos.ts";
import { describeOnEachBuild } from "../support/wasmPlaces.ts";

const CASES = {
  "centernet-tiny": ["small", "photo"],
  "centernet-52": ["small", "photo-small", "multi-scale", "photo"],
  // The taps of its small case are compared in tripletSmall.
  "centernet-104": ["photo"],
} as const;

// Its photo takes gpu.js ten minutes; all that differs from the small case is the size.
test("from the picture to the boxes, webasm agrees with PyTorch: centernet-tiny small", async () => {
  const folder = join(OWN_GOLDENS, "triplet/centernet-tiny");
  const report = await verifyTripletCase(folder, "small", { backend: "webasm" });
  expect(report.pass, formatReport(report)).toBe(true);
});

/**
 * The large ones take minutes, and their taps are compared on both builds in tripletSmall: the way from the photo and to
 * the boxes is the same on both.
 */
const onBothBuilds = (model: string) => model === "centernet-tiny";

describeOnEachBuild("from the picture to the boxes agrees with PyTorch", {}, (place) => {
  for (const [model, names] of Object.entries(CASES)) {
    if (place.threads !== 2 && !onBothBuilds(model)) continue;
    const folder = join(ALL_GOLDENS ?? "", "triplet", model);
    const missing = ALL_GOLDENS === undefined || !existsSync(folder);
    test.skipIf(missing && mayBeLeftOut).each(names)(`${model} %s`, async (name) => {
      const report = await verifyTripletCase(folder, name, place);
      if (process.env.SHOW) console.log(formatReport(report));
      expect(report.pass, formatReport(report)).toBe(true);
    });
  }
});

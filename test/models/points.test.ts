import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openModel } from "../../src/loading/openModel.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { verifyPointsCase } from "../support/pointsCases.ts";

const FOLDER = join(OWN_GOLDENS, "points");
const DLA = join(FOLDER, "ctdet_coco_dla_2x");
const FILES = ["model_last.pth", "legacy.pth", "prefixed.pth"];

// points.full.test.ts has all cases on all backends.
test("wasm agrees with PyTorch at every tap of ctdet_coco_dla_2x, on the image and its mirror image", async () => {
  const report = await verifyPointsCase(DLA, "small", { backend: "wasm" });
  expect(report.pass, formatReport(report)).toBe(true);
  expect(report.taps).toHaveLength(53);
});

describe("a file that PyTorch wrote of a narrow ResNet with five classes", () => {
  test.each(["webasm", "wasm"] as const)("agrees with PyTorch at every tap on %s", async (backend) => {
    const weights = join(FOLDER, "torch-file", FILES[0]);
    const report = await verifyPointsCase(FOLDER, "torch-file", { backend, weights });
    expect(report.pass, formatReport(report)).toBe(true);
    expect(report.taps).toHaveLength(9);
  });

  test.each(FILES)("shows its network: %s", async (file) => {
    const { model, parameters } = await openModel(join(FOLDER, "torch-file", file));
    expect(model.name).toBe("objects-as-points");
    expect(model.backbone).toBe("ResNet-18 deformable, points");
    const labels = [1, 2, 3, 4, 5].map((number) => `class ${number}`);
    expect(model.classes.map(({ label }) => label)).toEqual(labels);
    expect(parameters.get("neck.level2.deconvolution.kernel")?.shape).toEqual([4, 4, 4, 4]);
    expect(parameters.get("neck.level4.conv.offsets.bias")?.shape).toEqual([27]);
  });
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { ZOO } from "../../src/models/zoo/zoo.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { verifyZooCases } from "../support/zooCases.ts";

// One of each kind but the hourglass; zooSmall.full.test.ts has all of them, on both backends.
test.each([
  ["webasm", "centernet_mobilenetv2fpn_512x512_coco17_od"],
  ["wasm", "centernet_resnet50_v1_fpn_512x512_coco17_tpu-8"],
  ["wasm", "centernet_resnet50_v2_512x512_coco17_tpu-8"],
] as const)("%s agrees with TensorFlow at every tap and head of %s", async (backend, model) => {
  const rows = ZOO.filter(({ name }) => name === model);
  const [{ report, pixels }] = await verifyZooCases(rows, [join(OWN_GOLDENS, "tf", model)], { backend });
  expect(report.pass, formatReport(report)).toBe(true);
  expect(pixels).toMatchObject({ pass: true });
});

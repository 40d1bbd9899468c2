import { join } from "node:path";
import { expect, test } from "vitest";
import { ZOO } from "../../src/models/zoo.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { verifyZooCases } from "../support/zooCases.ts";

// The cheapest; zooSmall.full.test.ts has all of them.
const MODEL = "centernet_mobilenetv2fpn_512x512_coco17_od";

test(`${MODEL} on gpu.js webasm agrees with TensorFlow at every tap and head`, async () => {
  const rows = ZOO.filter(({ name }) => name === MODEL);
  const [{ report, pixels }] = await verifyZooCases(rows, [join(OWN_GOLDENS, "tf", MODEL)], "webasm");
  expect(report.pass, formatReport(report)).toBe(true);
  expect(pixels).toMatchObject({ pass: true });
});

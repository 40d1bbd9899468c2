import { join } from "node:path";
import { expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { goldenAt, OWN_GOLDENS } from "../support/goldens.ts";
import { MOVENET_CASES } from "../support/movenetCases.ts";

// The two smallest; movenet.full.test.ts has all of them, in every mode.
for (const [model, picture] of MOVENET_CASES.slice(0, 2)) {
  test(`${model} on gpu.js webasm agrees with TensorFlow.js at every tap of ${picture}`, async () => {
    const golden = await goldenAt(join(OWN_GOLDENS, "tfjs", model, picture));
    const report = await verifyModel(model, golden, { backend: "webasm" });
    expect(report.pass, formatReport(report)).toBe(true);
  });
}

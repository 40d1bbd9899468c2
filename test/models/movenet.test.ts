import { join } from "node:path";
import { expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { goldenAt, OWN_GOLDENS } from "../support/goldens.ts";
import { MOVENET_CASES } from "../support/movenetCases.ts";

// The two smallest; movenet.full.test.ts has all of them, in every mode.
for (const backend of ["wasm", "webasm"] as const) {
  for (const [model, image] of MOVENET_CASES.slice(0, 2)) {
    test(`${model} on ${backend} agrees with TensorFlow.js at every tap of ${image}`, async () => {
      const golden = await goldenAt(join(OWN_GOLDENS, "tfjs", model, image));
      const report = await verifyModel(model, golden, { backend });
      expect(report.pass, formatReport(report)).toBe(true);
    });
  }
}

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { availableModes } from "../../src/executors/gpujs/modes.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { ALL_GOLDENS, goldenAt, OWN_GOLDENS } from "../support/goldens.ts";
import { MOVENET_CASES, weightsAtHand, weightsOf } from "../support/movenetCases.ts";
import type { Place } from "../support/openGraph.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { describeOnWasm } from "../support/wasmPlaces.ts";

/** Of gpu.js, what every machine has; a browser's modes are tested in a browser. */
const MODES = ["webasm", "cpu"] as const;

test("this machine has the modes that are to be tested", async () => {
  expect(await availableModes()).toEqual(expect.arrayContaining(["webasm", "cpu"]));
});

test.skipIf(ALL_GOLDENS === undefined && mayBeLeftOut)(
  `the whole golden set is at hand (CENTERNET_GOLDENS names its folder; unset, ${MOVENET_CASES.length} cases run on the repository's copies, whose large taps are sampled)`,
  () => expect(ALL_GOLDENS).toBeDefined(),
);

const TITLE = "agrees with TensorFlow.js at every tap";

function agrees(place: Place): void {
  for (const [model, image] of MOVENET_CASES) {
    const needs = weightsAtHand(model) ? "" : " (needs CENTERNET_HUMAN_MODELS)";
    test.skipIf(!weightsAtHand(model) && mayBeLeftOut)(`${model} ${image}${needs}`, async () => {
      const golden = await goldenAt(join(ALL_GOLDENS ?? OWN_GOLDENS, "tfjs", model, image));
      const report = await verifyModel(model, golden, { ...place, ...weightsOf(model) });
      expect(report.pass, formatReport(report)).toBe(true);
    });
  }
}

describeOnWasm(TITLE, (place) => {
  agrees(place);
  describe("with precision exact", () => agrees({ ...place, precision: "exact" }));
});
for (const backend of MODES) describe(`${backend} ${TITLE}`, () => agrees({ backend }));

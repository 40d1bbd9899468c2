import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { ALL_GOLDENS } from "../support/goldens.ts";
import type { Place } from "../support/openGraph.ts";
import { mayBeLeftOut, onEveryBackend } from "../support/required.ts";
import { verifyTripletNetwork } from "../support/tripletCases.ts";
import { describeOnEachBuild } from "../support/wasmPlaces.ts";

const MODELS = ["centernet-tiny", "centernet-52", "centernet-104"];

const TITLE = "agrees with PyTorch at every tap and head of";

function agrees(place: Place, models: readonly string[] = MODELS): void {
  for (const model of models) {
    const folder = join(ALL_GOLDENS ?? "", "triplet", model);
    const missing = ALL_GOLDENS === undefined || !existsSync(folder);
    test.skipIf(missing && mayBeLeftOut)(
      `${model}${missing ? " (needs CENTERNET_GOLDENS)" : ""}`,
      async () => {
        const report = await verifyTripletNetwork(folder, place);
        if (process.env.SHOW) console.log(formatReport(report));
        expect(report.pass, formatReport(report)).toBe(true);
      },
    );
  }
}

describeOnEachBuild(TITLE, {}, agrees);
describeOnEachBuild(TITLE, { precision: "exact" }, agrees);
// The gpu.js kernels take minutes for the wide ones.
const WEBASM = onEveryBackend ? MODELS : ["centernet-tiny"];
describe(`webasm ${TITLE}`, () => agrees({ backend: "webasm" }, WEBASM));

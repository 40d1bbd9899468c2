import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { installDawn, NO_DAWN } from "../support/dawn.ts";
import { ALL_GOLDENS, goldenAt, OWN_GOLDENS } from "../support/goldens.ts";
import type { Place } from "../support/openGraph.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { describeOnWasm } from "../support/wasmPlaces.ts";

const hasDawn = await installDawn();
if (!hasDawn) console.log(`wgsl: ${NO_DAWN}`);

const GOLDENS = ALL_GOLDENS ? join(ALL_GOLDENS, "centerface") : join(OWN_GOLDENS, "onnx/centerface");
const TITLE = "agrees with ONNX Runtime at every tap: centerface";

function agrees(place: Place, cases: readonly string[] = ["small", "edge"]): void {
  test.each(cases)("%s", async (name) => {
    const report = await verifyModel("centerface", await goldenAt(join(GOLDENS, name)), place);
    expect(report.pass, formatReport(report)).toBe(true);
  });
}

describeOnWasm(TITLE, (place) => {
  agrees(place);
  describe("with precision exact", () => agrees({ ...place, precision: "exact" }));
});
for (const backend of ["webasm", "cpu"] as const) describe(`${backend} ${TITLE}`, () => agrees({ backend }));
describe.skipIf(!hasDawn && mayBeLeftOut)(`wgsl ${TITLE}`, () => agrees({ backend: "wgsl" }));

describe.skipIf(ALL_GOLDENS === undefined && mayBeLeftOut)(
  `wasm ${TITLE}, whole images (CENTERNET_GOLDENS)`,
  () => agrees({ backend: "wasm" }, ["people", "grace-hopper"]),
);

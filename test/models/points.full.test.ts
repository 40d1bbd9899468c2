import { existsSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { wasmBuilds } from "../../src/executors/wasm/wasmModule.ts";
import { PRECISIONS } from "../../src/kernels/kernel.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { installDawn, NO_DAWN } from "../support/dawn.ts";
import { ALL_GOLDENS, OWN_GOLDENS } from "../support/goldens.ts";
import type { Place } from "../support/openGraph.ts";
import { POINTS_MUTATIONS, verifyPointsCase } from "../support/pointsCases.ts";
import { mayBeLeftOut, onEveryBackend } from "../support/required.ts";

// Node 20 has relaxed SIMD behind this flag, newer ones without.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const FOLDER = join(ALL_GOLDENS ?? OWN_GOLDENS, "points");
const SMALL = [
  "ctdet_coco_dla_2x",
  "multi_pose_dla_3x",
  "ctdet_coco_resdcn18",
  "ctdet_coco_resdcn101",
  "res_18",
];
const SLOW: readonly Place[] = [{ backend: "cpu" }, { backend: "webasm" }, { backend: "wgsl" }];
const WASM: readonly Place[] = PRECISIONS.flatMap((precision) =>
  wasmBuilds().flatMap((build) =>
    [1, 2].map((threads) => ({ backend: "wasm", precision, build, threads }) as const),
  ),
);

const hasDawn = await installDawn();
if (!hasDawn) console.log(`wgsl: ${NO_DAWN}`);

const everywhere = [...SLOW, ...WASM].flatMap((place) => SMALL.map((model) => ({ model, place })));
const [first] = SMALL;
const some = [
  ...SMALL.map((model) => ({ model, place: WASM[0] })),
  ...WASM.slice(1).map((place) => ({ model: first, place })),
];

for (const { model, place } of onEveryBackend ? everywhere : some) {
  const folder = join(FOLDER, model);
  const isMissing = !existsSync(join(folder, "small")) || (place.backend === "wgsl" && !hasDawn);
  const title = `${Object.values(place).join(" ")} agrees with PyTorch at every tap, from the file's bytes to the boxes: ${model}`;
  test.skipIf(isMissing && mayBeLeftOut)(title, async () => {
    const report = await verifyPointsCase(folder, "small", place);
    if (process.env.SHOW) console.log(formatReport(report));
    expect(report.pass, formatReport(report)).toBe(true);
  });
}

for (const { backend } of SLOW) {
  const isMissing = backend === "wgsl" && !hasDawn;
  test.skipIf(isMissing && mayBeLeftOut)(
    `${backend} agrees with PyTorch on a narrow objects-as-points`,
    async () => {
      const weights = join(FOLDER, "torch-file", "model_last.pth");
      const report = await verifyPointsCase(FOLDER, "torch-file", { backend, weights });
      expect(report.pass, formatReport(report)).toBe(true);
    },
  );
}

describe("the case of ctdet_coco_dla_2x fails for", () => {
  for (const [title, { first, mutate }] of Object.entries(POINTS_MUTATIONS)) {
    test(title, async () => {
      const folder = join(FOLDER, "ctdet_coco_dla_2x");
      const report = await verifyPointsCase(folder, "small", { backend: "wasm" }, mutate);
      expect(report.pass).toBe(false);
      expect(report.firstBeyond?.name).toBe(first);
      expect(report.firstBeyond?.compared?.ratio).toBeGreaterThan(100);
    });
  }
});

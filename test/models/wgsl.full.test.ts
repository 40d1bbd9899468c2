import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { load } from "../../src/detect.ts";
import type { Backend } from "../../src/executors/backends.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { installDawn, NO_DAWN } from "../support/dawn.ts";
import { expectAlike } from "../support/expectAlike.ts";
import { ALL_GOLDENS, goldenAt, OWN_GOLDENS } from "../support/goldens.ts";
import { MOVENET_CASES, weightsAtHand, weightsOf } from "../support/movenetCases.ts";
import { mayBeLeftOut, onEveryBackend } from "../support/required.ts";
import { verifyTripletNetwork } from "../support/tripletCases.ts";

const hasDawn = await installDawn();
if (!hasDawn) console.log(`wgsl: ${NO_DAWN}`);

const GOLDENS = ALL_GOLDENS ?? OWN_GOLDENS;

/** The first is the last with narrow layers; the others take a software adapter two and ten minutes. */
const TRIPLETS = onEveryBackend ? ["centernet-tiny", "centernet-52", "centernet-104"] : ["centernet-tiny"];

describe.skipIf(!hasDawn && mayBeLeftOut)("wgsl", () => {
  for (const [model, image] of MOVENET_CASES) {
    test.skipIf(!weightsAtHand(model) && mayBeLeftOut)(`with TensorFlow.js: ${model} ${image}`, async () => {
      const golden = await goldenAt(join(GOLDENS, "tfjs", model, image));
      const report = await verifyModel(model, golden, { backend: "wgsl", ...weightsOf(model) });
      expect(report.pass, formatReport(report)).toBe(true);
    });
  }

  for (const name of TRIPLETS) {
    const folder = join(GOLDENS, "triplet", name);
    test.skipIf(!existsSync(folder) && mayBeLeftOut)(
      `agrees with PyTorch at every tap and head: ${name}`,
      async () => {
        const report = await verifyTripletNetwork(folder, { backend: "wgsl" });
        expect(report.pass, formatReport(report)).toBe(true);
      },
    );
  }

  test("finds with the default model what wasm finds", async () => {
    const bytes = new Uint8Array(await readFile(new URL("../../samples/people.jpg", import.meta.url)));
    const found = async (backend: Backend) => {
      const detector = await load(undefined, { backend });
      const result = await detector.detect(bytes);
      await detector.dispose();
      return result;
    };
    const { detections, backend, backendDetails } = await found("wgsl");
    expect(backend).toBe("wgsl");
    expect(backendDetails).toEqual({ adapter: expect.stringMatching(/./), precision: "default" });
    expect(detections.length).toBeGreaterThan(2);
    expectAlike(detections, (await found("wasm")).detections);
  });
});

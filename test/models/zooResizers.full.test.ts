import { describe, expect, test } from "vitest";
import { load } from "../../src/detect.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { installDawn, NO_DAWN } from "../support/dawn.ts";
import { expectAlike } from "../support/expectAlike.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { cropped, crowd, readStretchedFile, resizedBy, stretchedCase } from "../support/zooResizers.ts";

const hasDawn = await installDawn();
if (!hasDawn) console.log(`wgsl: ${NO_DAWN}`);

describe.skipIf(!hasDawn && mayBeLeftOut)("on wgsl", () => {
  test("an image that the device stretches to unequal sides agrees with TensorFlow", async () => {
    const options = { backend: "wgsl", weights: await resizedBy() } as const;
    const report = await verifyModel(undefined, await stretchedCase(), options, readStretchedFile);
    expect(report.pass, formatReport(report)).toBe(true);
  });

  test("images of several sizes lead to what wasm finds, sampled on the device or here", async () => {
    const photo = await crowd();
    const images = [cropped(photo, 64, 32), cropped(photo, 32, 64), cropped(photo, 64, 32)];
    const resizers = [
      "identity_resizer { }",
      "pad_to_multiple_resizer { multiple: 64 convert_to_grayscale: true }",
    ];
    for (const resizer of resizers) {
      const weights = await resizedBy(resizer);
      const wgsl = await load(undefined, { backend: "wgsl", weights });
      const wasm = await load(undefined, { backend: "wasm", weights });
      for (const image of images) {
        const [got, expected] = [
          await wgsl.detect(image, { max: 5, score: 0 }),
          await wasm.detect(image, { max: 5, score: 0 }),
        ];
        expect(got.detections.length).toBeGreaterThan(0);
        expectAlike(got.detections, expected.detections);
      }
      await wgsl.dispose();
      await wasm.dispose();
    }
  });
});

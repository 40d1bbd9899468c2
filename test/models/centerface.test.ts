import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/image/imageFile.ts";
import { resizeHalfPixelBilinear } from "../../src/image/input/resizeBilinear.ts";
import { fittedSize, placeStretched, stretched } from "../../src/image/input/stretchToMultiple.ts";
import { formatReport } from "../../src/verify/formatReport.ts";
import { goldenInput } from "../../src/verify/goldenCase.ts";
import { verifyModel } from "../../src/verify/verifyModel.ts";
import { ALL_GOLDENS, goldenAt, OWN_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";

const CASES = join(OWN_GOLDENS, "onnx/centerface");

const RUNS = [
  ["small", { backend: "wasm", build: "plain", threads: 1 }],
  ["small", { backend: "wasm", build: "plain", threads: 2, precision: "exact" }],
  ["edge", { backend: "wasm" }],
  ["decode", {}],
] as const;

for (const [name, options] of RUNS) {
  test(`centerface agrees with ONNX Runtime at every tap of ${name}, ${JSON.stringify(options)}`, async () => {
    const golden = await goldenAt(join(CASES, name));
    const report = await verifyModel("centerface", golden, options);
    expect(report.taps.length).toBeGreaterThan(9);
    expect(report.pass, formatReport(report)).toBe(true);
  });
}

test.skipIf(ALL_GOLDENS === undefined && mayBeLeftOut)(
  "people.png becomes the input of the golden case, bit for bit (CENTERNET_GOLDENS)",
  async () => {
    const golden = await goldenAt(join(ALL_GOLDENS ?? "", "centerface/people"));
    const image = decodeImage(new Uint8Array(await readFile("samples/people.png")));
    const { input } = placeStretched(image, fittedSize(image, { width: 1280, height: 1280 }), 32);
    const expected = goldenInput(golden).data;
    expect(stretched(image, input).data).toEqual(expected);
    const rounded = resizeHalfPixelBilinear(image, input.width, input.height).data;
    expect(Float32Array.from(rounded)).not.toEqual(expected);
  },
);

test.each([
  [
    { width: 4000, height: 3000 },
    { width: 1280, height: 960 },
    { width: 1280, height: 960 },
  ],
  [
    { width: 1080, height: 600 },
    { width: 1080, height: 600 },
    { width: 1088, height: 608 },
  ],
  [
    { width: 5000, height: 3 },
    { width: 1280, height: 1 },
    { width: 1280, height: 32 },
  ],
  [
    { width: 1281, height: 1281 },
    { width: 1280, height: 1280 },
    { width: 1280, height: 1280 },
  ],
])("an image of %o is seen as %o, at %o", (image, fitted, input) => {
  const size = fittedSize(image, { width: 1280, height: 1280 });
  expect(size).toEqual(fitted);
  expect(placeStretched(image, size, 32).input).toEqual(input);
});

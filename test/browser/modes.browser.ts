import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../../src/detect.ts";
import type { GpujsMode } from "../../src/executors/gpujs/modes.ts";
import { CASES } from "../../src/kernels/cases.ts";
import type { OpName } from "../../src/kernels/ops.ts";
import { openWeightsFile } from "../../src/loading/openWeights.ts";
import { DEFAULT_MODEL } from "../../src/models/models.ts";
import { expectAlike } from "../support/expectAlike.ts";
import { OP_TOLERANCE } from "../support/opCaseDifference.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { type BuiltPage, buildPage, type OpenPage, ROOT } from "./builtPage.ts";
import { chromiumPath, NO_CHROMIUM } from "./chromium.ts";
import { ISOLATED } from "./serve.ts";

const MODES: readonly GpujsMode[] = ["webgpu", "webgl2", "webasm", "cpu"];
const SMALLEST = "movenet-lightning";
const GOLDEN = `/goldens/tfjs/${SMALLEST}/grace-hopper`;

if (!chromiumPath) console.log(`test:browser: ${NO_CHROMIUM}`);

describe.skipIf(!chromiumPath && mayBeLeftOut)("in headless Chromium, through Vite's minified build", () => {
  let built: BuiltPage;
  let open: OpenPage;

  beforeAll(async () => {
    built = await buildPage();
    open = await built.open(ISOLATED);
  });
  afterAll(() => built?.close());

  const inPage: OpenPage["call"] = (name, ...args) => open.call(name, ...args);

  test("the browser has every mode", async () => {
    expect(await inPage("modes")).toEqual(MODES);
  });

  for (const mode of [...MODES, "wasm", "wgsl"] as const) {
    for (const op of Object.keys(CASES) as OpName[]) {
      test(`${op} on ${mode} agrees with plain arithmetic in ${CASES[op].length} cases`, async () => {
        const differences = await inPage("op", mode, op);
        expect(Object.keys(differences)).toEqual(CASES[op].map(({ title }) => title));
        for (const [title, difference] of Object.entries(differences)) {
          expect(difference, title).toBeLessThanOrEqual(OP_TOLERANCE[mode]);
        }
      });
    }
    test(`${SMALLEST} on ${mode} agrees with TensorFlow.js at every tap`, async () => {
      const report = await inPage("verify", mode, SMALLEST, GOLDEN);
      expect(report.pass, report.text).toBe(true);
    });
  }

  test("the default model on wgsl finds what wasm finds in Node", async () => {
    const image = "samples/people.jpg";
    const { detections, backend } = await inPage("detect", "wgsl", DEFAULT_MODEL, `/${image}`);
    expect(backend).toBe("wgsl");
    const detector = await load(DEFAULT_MODEL, { backend: "wasm" });
    const inNode = await detector.detect(new Uint8Array(await readFile(join(ROOT, image))));
    await detector.dispose();
    expectAlike(detections, inNode.detections);
  });

  for (const [poor, message] of [
    ["no WebGPU", /backend wgsl: expected WebGPU, got a machine without it\. /],
    ["no adapter", /backend wgsl: expected a WebGPU adapter, got none\. /],
    ["no device", /backend wgsl: expected a device of .+, got .+\. Choose another backend\./],
  ] as const) {
    test(`a browser with ${poor} is refused by name, and auto goes without`, async () => {
      const page = await built.open(ISOLATED);
      await page.call("haveGpu", poor);
      const image = "/samples/people.jpg";
      await expect(page.call("detect", "wgsl", SMALLEST, image)).rejects.toThrow(message);
      expect((await page.call("detect", "auto", SMALLEST, image)).backend).toBe("wasm");
    });
  }

  test("auto is wasm if the browser's graphics run on the processor, and says so", async () => {
    const { backend, backendDetails } = await inPage("detect", "auto", SMALLEST, "/samples/people.jpg");
    expect(backend).toBe("wasm");
    expect(backendDetails.note).toMatch(/^google swiftshader.* is not used: it is a software adapter/);
  });

  test("a gpu.js backend on graphics names its adapter", async () => {
    for (const mode of ["webgpu", "webgl2"] as const) {
      expect(await inPage("adapter", mode)).toMatch(/swiftshader/i);
    }
  });

  test("an adapter with no more than every adapter has is enough", async () => {
    const page = await built.open(ISOLATED);
    const image = "/samples/people.jpg";
    const expected = await page.call("detect", "wgsl", SMALLEST, image);
    await page.call("haveGpu", "least limits");
    expect(await page.call("detect", "wgsl", SMALLEST, image)).toEqual(expected);
  });

  for (const model of [DEFAULT_MODEL, SMALLEST]) {
    test(`${model} on wgsl finds from what the device lists exactly what it finds from whole maps`, async () => {
      const { found, fromPeaks, fromMaps } = await inPage("peaksAndMaps", model, "/samples/people.jpg");
      expect(found).toBe(true);
      expect(fromPeaks).toEqual(fromMaps);
      expect(fromPeaks.length).toBeGreaterThan(0);
    });
  }

  test("files of torch.save are read by their URL and as a Blob, as in Node", async () => {
    for (const file of ["few-cuda-legacy.pkl", "few-cuda.pth"]) {
      const path = `goldens/triplet/torch-files/${file}`;
      const checkpoint = await openWeightsFile(join(ROOT, "test", path));
      const inNode: Record<string, number> = {};
      for (const name of checkpoint.variables.keys()) inNode[name] = (await checkpoint.read(name))[0];
      expect(Object.keys(inNode).length).toBeGreaterThan(1);
      for (const asBlob of [false, true])
        expect(await inPage("torchFile", `/${path}`, asBlob)).toEqual(inNode);
    }
  });

  test("the built bundle finds in a browser what it finds in Node", async () => {
    const image = "samples/people.jpg";
    const inBrowser = await inPage("detect", "webasm", SMALLEST, `/${image}`);
    const detector = await load(SMALLEST, { backend: "webasm" });
    const inNode = await detector.detect(new Uint8Array(await readFile(join(ROOT, image))));
    await detector.dispose();
    expect(inBrowser.detections).toEqual(inNode.detections);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Detector, load, UsageError } from "../src/index.ts";

/** As a caller without TypeScript sees them. */
const untypedLoad = load as (...args: unknown[]) => Promise<Detector>;

/** Arguments and what the error says. */
const LOADS: [unknown[], RegExp][] = [
  [[null], /^model: expected a model's name, or undefined .*, got null\.$/],
  [[5], /^model: .*got 5\.$/],
  [["movenet-lightning", null], /^options of load: expected an object, got null\.$/],
  [["movenet-lightning", "cpu"], /^options of load: expected an object, got "cpu"\.$/],
  [
    ["movenet-lightning", { bakend: "cpu" }],
    /^options of load: expected an option's name, got "bakend"\. Did you mean backend\? The names are backend, /,
  ],
  [["movenet-lightning", { weights: 5 }], /^weights: expected a path, a URL, the bytes .*, got 5\.$/],
  [["movenet-lightning", { weights: null }], /^weights: .*got null\.$/],
  [["movenet-lightning", { backend: Symbol("x") }], /^backend: .*got Symbol\(x\)\.$/],
  [
    ["movenet-lightning", { inputSize: 192 }],
    /^inputSize: expected \{ height, width \} in pixels, got 192\.$/,
  ],
  [["movenet-lightning", { fuse: "no" }], /^fuse: expected true or false, got "no"\.$/],
];

test.each(LOADS)("load(%j): %s", async (args, message) => {
  await expect(untypedLoad(...args)).rejects.toThrow(message);
  await expect(untypedLoad(...args)).rejects.toBeInstanceOf(UsageError);
});

const pixels = { width: 2, height: 2, data: new Uint8Array(12) };
const AN_IMAGE = "image: expected bytes of an image file, .* or a browser's image, got";
const PIXELS = "image: expected pixels: width, height and .*, got";
const DETECTIONS: [unknown[], RegExp][] = [
  [[null], new RegExp(`^${AN_IMAGE} null\\.$`)],
  [[], new RegExp(`^${AN_IMAGE} undefined\\.$`)],
  [[5], new RegExp(`^${AN_IMAGE} 5\\.$`)],
  [[Promise.resolve(pixels)], new RegExp(`^${AN_IMAGE} a Promise\\. Await the promise\\.$`)],
  [[() => pixels], new RegExp(`^${AN_IMAGE} a function\\.$`)],
  [[new Float32Array(12)], new RegExp(`^${AN_IMAGE} a Float32Array\\.$`)],
  [[{ ...pixels, width: 1.5 }], new RegExp(`^${PIXELS} 1\\.5x2 with 12 bytes\\.`)],
  [[{ ...pixels, width: "2" }], new RegExp(`^${PIXELS} "2"x2 with 12 bytes\\.$`)],
  [
    [{ ...pixels, data: new Float32Array(12) }],
    /got 2x2 with a Float32Array\. Convert it to 8 bits per channel\.$/,
  ],
  [[{ ...pixels, data: null }], new RegExp(`^${PIXELS} 2x2 with null\\.$`)],
  [[{ ...pixels, channels: 4 }], new RegExp(`^${PIXELS} 2x2 of 4 channels with 12 bytes\\.$`)],
  [[{ ...pixels, channels: 5 }], new RegExp(`^${PIXELS} 2x2 of 5 channels with 12 bytes\\.$`)],
  [[{ ...pixels, data: new Uint8Array(24) }], /with 24 bytes\. Convert 16 bits per channel to 8\.$/],
  [[{ ...pixels, data: new Uint8Array(13) }], /got 2x2 with 13 bytes\.$/],
  [
    [{ data: new Uint8Array(12), info: { width: 2, height: 3, channels: 3 } }],
    /got 2x3 of 3 channels with 12 bytes\.$/,
  ],
  [[pixels, null], /^options of detect: expected an object, got null\.$/],
  [[pixels, { signal: {} }], /^signal: expected an AbortSignal, got an object\.$/],
  [[pixels, { scores: 0.5 }], /^options of detect: .*got "scores"\. Did you mean score\? The names are/],
  [[pixels, { score: "0.5" }], /^score: expected a number from 0 to 1, got "0\.5"\.$/],
  [[pixels, { max: Number.NaN }], /^max: expected a whole number, 0 or more, got NaN\.$/],
  [[pixels, { scales: [1, 1] }], /^scales: expected a list of 1 to 10 different numbers .*, got \[1, 1\]\.$/],
  [[pixels, { scales: [[], "1"] }], /got \[…, "1"\]\.$/],
  [[pixels, { scales: Array(20).fill(2) }], /got \[(2, ){12}…\]\.$/],
  [[pixels, { taps: 3 }], /^taps: expected names of layers, patterns such as backbone\.\*, or all, got 3\.$/],
  [[pixels, { taps: ["a", 3] }], /^taps: expected names of layers, .*, got \["a", 3\]\.$/],
  [[pixels, { onTap: "all" }], /^onTap: expected a function, got "all"\.$/],
];

describe("detect", () => {
  let detector: Detector;
  beforeAll(async () => {
    detector = await load("movenet-lightning", { backend: "wasm" });
  });
  afterAll(() => detector.dispose());

  test.each(DETECTIONS)("(%j): %s", async (args, message) => {
    const untypedDetect = detector.detect.bind(detector) as (...args: unknown[]) => Promise<unknown>;
    await expect(untypedDetect(...args)).rejects.toThrow(message);
    await expect(untypedDetect(...args)).rejects.toBeInstanceOf(UsageError);
  });

  test("takes an ArrayBuffer for the bytes of a file", async () => {
    await expect(detector.detect(new ArrayBuffer(0))).rejects.toThrow("got an empty file");
  });
});

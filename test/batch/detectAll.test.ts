import { readFile } from "node:fs/promises";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import type { DetectAllOptions, DetectedImage } from "../../src/batch/detectAll.ts";
import { type Detector, load } from "../../src/detect.ts";
import { BackendError, ImageError, UsageError } from "../../src/errors.ts";
import { Geometry } from "../../src/image/geometry.ts";
import type { ImageSource } from "../../src/imageSources/imageSource.ts";
import { type Fate, inProcessThreads } from "./inProcessThreads.ts";

const fate = vi.hoisted((): Fate => ({ dies: () => false, started: 0, ended: 0 }));

vi.mock("#machine", async (original) => ({
  ...(await original<object>()),
  coreCount: () => 2,
  whyNoImageThreads: () => undefined,
  startImageThread: (handlers: Parameters<ReturnType<typeof inProcessThreads>>[0]) =>
    inProcessThreads(fate)(handlers),
}));

const SAMPLES = new URL("../../samples/", import.meta.url).pathname;
const PATHS = ["people.jpg", "cat.png", "rocket.jpg", "astronaut.png"].map((name) => SAMPLES + name);
const MODEL = "movenet-lightning";

const detector: Detector = await load(MODEL, { backend: "wasm" });
afterAll(() => detector.dispose());

beforeEach(() => {
  Object.assign(fate, { dies: () => false, started: 0, ended: 0 });
});

async function all(images: Iterable<ImageSource>, options: DetectAllOptions): Promise<DetectedImage[]> {
  const found: DetectedImage[] = [];
  for await (const image of detector.detectAll(images, options)) found.push(image);
  expect(fate.ended).toBe(fate.started);
  return found;
}

const [LAYER] = Object.values(detector.network.graph.outputs);
const OPTIONS = { score: 0.01, why: { x: 9, y: 9 } };
const expected = await Promise.all(PATHS.map((path) => detector.detect(path, { ...OPTIONS, taps: [LAYER] })));

for (const workers of [1, 2, 3] as const) {
  test(`with ${workers} workers the results are those of detect, in order`, async () => {
    const taps = [LAYER];
    const found = await all(PATHS, { ...OPTIONS, taps, workers });
    expect(fate.started).toBe(workers === 1 ? 1 : workers);
    for (const [i, { index, source, result }] of found.entries()) {
      expect({ index, source }).toEqual({ index: i, source: PATHS[i] });
      const { times, backendDetails, image, ...rest } = result ?? expect.unreachable();
      const { times: otherTimes, backendDetails: details, image: pixels, ...same } = expected[i];
      expect(rest).toEqual(same);
      // Vitest compares typed arrays element by element, in seconds.
      expect(Buffer.compare(image.data, pixels.data)).toBe(0);
      expect(rest.geometry).toBeInstanceOf(Geometry);
      expect(backendDetails.build).toBe(details.build);
      expect(Object.keys(times)).toEqual(Object.keys(otherTimes));
    }
    expect(found).toHaveLength(PATHS.length);
  });
}

test("images of every kind cross to threads: bytes, URLs, Blobs, pixels", async () => {
  const bytes = await readFile(PATHS[0]);
  const pixels = expected[0].image;
  const sources = [
    bytes,
    new URL(`file://${PATHS[0]}`),
    new Blob([bytes]),
    pixels,
    new Uint8Array(bytes).buffer,
  ];
  for (const workers of [1, 2]) {
    const found = await all(sources, { workers, score: 0.01 });
    for (const { result } of found) expect(result?.detections).toEqual(expected[0].detections);
  }
  // Neither is handed over: both belong to the caller.
  expect(bytes.length).toBeGreaterThan(0);
  expect(pixels.data.length).toBe(pixels.width * pixels.height * 3);
});

test("an image that fails has an error, of its class, and ends nothing", async () => {
  const images = [PATHS[0], `${SAMPLES}none.jpg`, new Uint8Array([1, 2, 3]), PATHS[1]];
  for (const workers of [1, 2]) {
    const found = await all(images, { workers });
    expect(found.map(({ error }) => error?.constructor)).toEqual([
      undefined,
      ImageError,
      ImageError,
      undefined,
    ]);
    expect(found[1].error?.message).toContain("none.jpg: expected an image file");
  }
});

test("a thread that dies takes no image with it", async () => {
  // The first thread dies of its first image; that image and those that waited run elsewhere.
  fate.dies = ({ kind }, thread) => thread === 0 && kind === "detect";
  const found = await all(PATHS, { workers: 2, score: 0.01 });
  expect(found.map(({ result }) => result?.detections)).toEqual(expected.map(({ detections }) => detections));
});

test("a thread that decodes and dies is replaced", async () => {
  fate.dies = (_, thread) => thread === 0;
  const found = await all(PATHS, { workers: 1, score: 0.01 });
  expect(found.map(({ result }) => result?.detections)).toEqual(expected.map(({ detections }) => detections));
});

test("an image that kills every thread that decodes is an error of that image", async () => {
  fate.dies = (message) => (message as { readonly image?: unknown }).image === PATHS[2];
  const found = await all(PATHS, { workers: 1, score: 0.01 });
  expect(found.map(({ error }) => error?.constructor)).toEqual([undefined, undefined, ImageError, undefined]);
});

test("an image that kills every thread is an error of that image", async () => {
  const killer = `${SAMPLES}rocket.jpg`;
  fate.dies = (message) => (message as { readonly image?: unknown }).image === killer;
  const found = await all(PATHS, { workers: 2, score: 0.01 });
  expect(found.map(({ error }) => error?.message)).toEqual([
    undefined,
    undefined,
    `${killer}: expected an image that a thread of its own can hold, got Worker terminated due to reaching memory limit.`,
    undefined,
  ]);
});

test("threads that cannot load the model are an error of all images", async () => {
  fate.dies = ({ kind }) => kind === "load";
  await expect(all(PATHS, { workers: 2 })).rejects.toBeInstanceOf(BackendError);
  expect(fate.ended).toBe(fate.started);
});

test("leaving the loop and an abort end the threads", async () => {
  for await (const { index } of detector.detectAll(PATHS, { workers: 2 })) {
    expect(index).toBe(0);
    break;
  }
  expect(fate).toMatchObject({ started: 2, ended: 2 });
  const stop = new AbortController();
  const images = detector.detectAll(PATHS, { workers: 2, signal: stop.signal });
  await images.next();
  stop.abort(new Error("enough"));
  await expect(
    (async () => {
      for (;;) if ((await images.next()).done) return;
    })(),
  ).rejects.toThrow("enough");
  expect(fate.ended).toBe(fate.started);
});

test("no more threads are started than there are images", async () => {
  await all(PATHS.slice(0, 2), { workers: 8 });
  expect(fate.started).toBe(2);
  const [{ result }] = await all(PATHS.slice(0, 1), { workers: 8, score: 0.01 });
  expect(result?.detections).toEqual(expected[0].detections);
  expect(result?.backendDetails.threads).toBe(expected[0].backendDetails.threads);
});

test("a stream that fails is reported after the images before it", async () => {
  async function* torn() {
    yield PATHS[0];
    yield PATHS[1];
    throw new RangeError("torn");
  }
  for (const workers of [1, 2]) {
    const seen: number[] = [];
    const read = async () => {
      for await (const { index } of detector.detectAll(torn(), { workers })) seen.push(index);
    };
    await expect(read()).rejects.toThrow("torn");
    expect(seen).toEqual([0, 1]);
  }
});

test("dispose ends it: no image fails on its own then", async () => {
  for (const workers of [1, 2]) {
    const own = await load(MODEL, { backend: "wasm" });
    const seen: unknown[] = [];
    const run = async () => {
      for await (const { error } of own.detectAll([...PATHS, ...PATHS, ...PATHS], { workers })) {
        seen.push(error);
        await own.dispose();
      }
    };
    await expect(run()).rejects.toThrow("detectAll: expected a detector in use");
    expect(seen.every((error) => error === undefined)).toBe(true);
    expect(fate.ended).toBe(fate.started);
  }
});

test("what cannot be done is refused", async () => {
  const refused = async (options: object, message: string) => {
    await expect(async () => all(PATHS, options as DetectAllOptions)).rejects.toThrow(message);
  };
  await refused({ workers: 0 }, "expected a whole number from 1 to 64, or auto, got 0");
  await refused(
    { workers: 2, onTap() {} },
    "option workers: expected a detector that can run several images at once",
  );
  expect(() => detector.detectAll(7 as never)).toThrow(UsageError);
  expect(() => detector.detectAll(new Uint8Array(9) as never)).toThrow(
    "detectAll: expected a list or stream of images, got bytes. Give a list",
  );
  await refused({ classes: ["unicorn"] }, "option classes: expected a class of movenet-lightning");
  await refused({ taps: ["none"] }, "tap none: expected the name of a layer");
  const own = await load(MODEL, {
    backend: "wasm",
    weights: await readFile("weights/movenet-lightning.safetensors"),
  });
  await own.dispose();
  expect(() => own.detectAll(PATHS)).toThrow("detectAll: expected a detector in use");
});

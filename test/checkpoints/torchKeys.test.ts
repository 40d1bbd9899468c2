import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../../src/checkpoints/bytes/randomAccessFile.ts";
import type { Checkpoint } from "../../src/checkpoints/checkpoint.ts";
import { type NamedCheckpoint, nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { torchKeys } from "../../src/checkpoints/names/torchKeys.ts";
import { openTorch } from "../../src/checkpoints/torch/torch.ts";
import { ModelError } from "../../src/errors.ts";
import { hourglassOfVariables } from "../../src/loading/modelOfCheckpoint.ts";
import { loadParameters } from "../../src/loading/readWeights.ts";
import { OBJECTS_AS_POINTS_ARCHITECTURES } from "../../src/models/objectsAsPoints/objectsAsPoints.ts";
import { TRIPLET_ARCHITECTURES, tripletGraph } from "../../src/models/triplets/tripletArchitecture.ts";
import { zooGraph } from "../../src/models/zoo/zooArchitecture.ts";
import { ALL_GOLDENS, OWN_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { pointsShapes, type Shapes, stateDict, withKeys } from "../support/stateDicts.ts";
import { syntheticStateDict } from "../support/syntheticCheckpoint.ts";

const TINY = {
  hourglass: {
    stacks: 2,
    stemChannels: 8,
    channels: [16, 16, 24, 24, 24, 32],
    blocks: [1, 2, 1, 1, 2, 2],
    featureChannels: 32,
  },
  classes: 10,
};
const tinyShapes = await shapesOf(join(OWN_GOLDENS, "triplet", "centernet-tiny"));
const SIZE = { height: 127, width: 127 };

async function shapesOf(folder: string): Promise<Shapes> {
  const { variables } = await syntheticStateDict(folder);
  return new Map([...variables].map(([key, { shape }]) => [key, shape]));
}

const shapesIn = ({ variables }: Checkpoint) =>
  sorted([...variables].map(([name, { shape }]) => [name, shape]));
const parametersOf = (graph: ReturnType<typeof tripletGraph>) =>
  sorted(Object.entries(graph.parameters).map(([name, { shape }]) => [name, shape]));
const sorted = (entries: [string, readonly number[]][]) =>
  entries.map(([name, shape]) => `${name} [${shape}]`).sort();

const named = (shapes: Shapes) => nameParameters(stateDict(shapes));
const detectorIn = ({ evidence, variables }: NamedCheckpoint) =>
  evidence.family && hourglassOfVariables(evidence.family, variables);
const withFeatures = (hourglass: object) => ({ featureChannels: 256, ...hourglass });

describe("the state dict of", () => {
  for (const [model, architecture, goldens] of [
    ["centernet-tiny", TINY, OWN_GOLDENS],
    ["centernet-52", TRIPLET_ARCHITECTURES["centernet-52"], ALL_GOLDENS],
    ["centernet-104", TRIPLET_ARCHITECTURES["centernet-104"], ALL_GOLDENS],
  ] as const) {
    const folder = join(goldens ?? "", "triplet", model);
    const missing = !existsSync(folder);
    const title = `${model} is the graph's parameters, all in their shapes and no others`;
    test.skipIf(missing && mayBeLeftOut)(
      `${title}${missing ? " (needs CENTERNET_GOLDENS)" : ""}`,
      async () => {
        const file = await named(await shapesOf(folder));
        const { hourglass, classes } = architecture;
        expect(detectorIn(file)).toEqual({
          family: "triplets",
          hourglass: withFeatures(hourglass),
          classes,
        });
        expect(shapesIn(file)).toEqual(parametersOf(tripletGraph(architecture, SIZE)));
      },
    );
  }

  test.each([
    ["without a prefix", (key: string) => key.replace("module.", "")],
    ["with two prefixes", (key: string) => `module.${key}`],
    ["without counters of batches", (key: string) => (key.endsWith("_tracked") ? undefined : key)],
  ])("centernet-tiny %s is the same", async (_, rename) => {
    const [one, other] = [await named(tinyShapes), await named(withKeys(tinyShapes, rename))];
    expect(shapesIn(other)).toEqual(shapesIn(one));
    expect(detectorIn(other)).toEqual(detectorIn(one));
  });
});

describe.skipIf(ALL_GOLDENS === undefined && mayBeLeftOut)(
  "a file that PyTorch wrote (needs CENTERNET_GOLDENS)",
  () => {
    const NARROW = {
      hourglass: {
        stacks: 1,
        stemChannels: 8,
        channels: [16, 16, 24],
        blocks: [1, 1, 2],
        featureChannels: 16,
      },
      classes: 5,
    };

    test.each([
      "tiny-legacy.pkl",
      "tiny-zip.pth",
      "tiny-half.pth",
      "tiny-half-legacy.pkl",
      "tiny-wrapped.pth",
      "tiny-noprefix-legacy.pkl",
    ])(
      "%s is recognized; its corner pools, which look in one direction only, do not pass for cascades",
      async (file) => {
        const bytes = await readFile(join(ALL_GOLDENS ?? "", "triplet", "torch-files", file));
        const checkpoint = await nameParameters(await openTorch(bytesSource(new Uint8Array(bytes), file)));
        expect(detectorIn(checkpoint)).toEqual({ family: "triplets", ...NARROW });
        const { parameters } = tripletGraph(NARROW, { height: 31, width: 31 });
        const shapes = new Map(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
        const error = await loadParameters(shapes, checkpoint, { model: "narrow" }).catch((fault) => fault);
        expect(error).toBeInstanceOf(ModelError);
        expect(error.differences).toHaveLength(24);
        for (const difference of error.differences) {
          expect(difference).toMatch(
            /^missing heads\.(topLeft|bottomRight)\.pool\.(vertical|horizontal)\.(look|conv)\./,
          );
        }
      },
    );
  },
);

describe("objects as points", () => {
  const BOXES = { hm: 80, wh: 2, reg: 2 };
  const POSES = { hm: 1, wh: 2, reg: 2, hps: 34, hm_hp: 17, hp_offset: 2 };
  const folder = join(ALL_GOLDENS ?? "", "triplet", "centernet-104");

  test.skipIf(!existsSync(folder) && mayBeLeftOut).each([
    ["ctdet_coco_hg", BOXES],
    ["multi_pose_hg_3x", POSES],
  ] as const)(
    "%s is the graph of the zoo's Hourglass-104 with its heads (needs CENTERNET_GOLDENS)",
    async (model, heads) => {
      const file = await named(pointsShapes(await shapesOf(folder), 2, heads));
      const architecture = OBJECTS_AS_POINTS_ARCHITECTURES[model];
      expect(shapesIn(file)).toEqual(parametersOf(zooGraph(architecture, { height: 128, width: 128 })));
      expect(detectorIn(file)).toEqual({
        family: "objectsAsPoints",
        hourglass: withFeatures(TRIPLET_ARCHITECTURES["centernet-104"].hourglass),
        classes: heads.hm,
        ...("hm_hp" in heads && { keypoints: 17 }),
      });
    },
  );

  test("pairs come as (y, x), classes and keypoints in their order", async () => {
    const file = await named(pointsShapes(tinyShapes, 2, POSES));
    expect(await file.read("heads.boxSize.out.bias")).toEqual(Float32Array.of(2, 1));
    expect(await file.read("stack0.heads.boxOffset.out.bias")).toEqual(Float32Array.of(2, 1));
    const vectors = [...(await file.read("heads.keypointRegression.out.bias"))];
    expect(vectors.slice(0, 6)).toEqual([2, 1, 4, 3, 6, 5]);
    expect([...(await file.read("heads.keypointHeatmap.out.bias"))].slice(0, 4)).toEqual([1, 2, 3, 4]);
    // [2 outputs][16 inputs] in the file.
    const kernel = [...(await file.read("heads.keypointOffset.out.kernel"))];
    expect(kernel.slice(0, 4)).toEqual([17, 1, 18, 2]);
    expect([...(await file.read("heads.boxSize.conv.bias"))].slice(0, 4)).toEqual([1, 2, 3, 4]);
  });
});

test("kernels are transposed as they are read, everything else comes as it is", async () => {
  const file = await named(tinyShapes);
  const [height, width, inputs, outputs] = file.variables.get("backbone.stem.conv.kernel")?.shape ?? [];
  expect([height, width, inputs, outputs]).toEqual([7, 7, 3, 8]);
  const kernel = await file.read("backbone.stem.conv.kernel");
  for (const [u, v, i, o] of [
    [0, 0, 0, 0],
    [6, 5, 2, 7],
    [1, 2, 0, 3],
    [3, 0, 1, 4],
  ]) {
    expect(kernel[((u * 7 + v) * 3 + i) * 8 + o]).toBe(((o * 3 + i) * 7 + u) * 7 + v + 1);
  }
  expect(await file.read("heads.topLeft.offset.out.bias")).toEqual(Float32Array.of(1, 2));
  await expect(file.read("heads.topLeft.nothing")).rejects.toThrow('a variable "heads.topLeft.nothing"');
});

describe("every variable counts:", () => {
  const expected = new Map(
    Object.entries(tripletGraph(TINY, SIZE).parameters).map(([name, { shape }]) => [name, shape]),
  );
  const keys = torchKeys(tinyShapes.keys(), "file")?.parameters ?? new Map<string, string>();
  const refusal = async (shapes: Shapes) =>
    loadParameters(expected, await named(shapes), { model: "tiny" }).catch((error) => error.message);

  test("one that is missing, misshapen or not known is named", async () => {
    expect(keys.size).toBe(expected.size);
    for (const [parameter, key] of [...keys].filter((_, index) => index % 11 === 0)) {
      const shape = tinyShapes.get(key) ?? [];
      expect(await refusal(withKeys(tinyShapes, (k) => (k === key ? undefined : k)))).toContain(
        `missing ${parameter} [`,
      );
      expect(await refusal(new Map(tinyShapes).set(key, [...shape, 2]))).toContain(
        `misshapen ${parameter}: expected`,
      );
      expect(await refusal(new Map(tinyShapes).set(`${key}.more`, shape))).toContain(
        `unexpected "${key}.more"`,
      );
    }
  });

  test("of the first stack's heads too, which never run", async () => {
    const key = "module.br_cnvs.0.P2_look_conv.weight";
    const message = await refusal(withKeys(tinyShapes, (k) => (k === key ? undefined : k)));
    expect(message).toContain(
      "missing stack0.heads.bottomRight.pool.horizontal.conv.kernel [3, 3, 128, 128]",
    );
  });
});

test("two keys of one parameter are refused", async () => {
  const level = "module.kps.0.low2.low2.low2.low2.low2.0.conv1.weight";
  const twice = new Map(tinyShapes).set("module.kps.0.low2.0.conv1.weight", tinyShapes.get(level) ?? []);
  await expect(named(twice)).rejects.toThrow(
    "file: expected one variable for backbone.stack0.inner.0.conv1.kernel, got",
  );
  const taken = withKeys(new Map(tinyShapes).set("backbone.stem.conv.kernel", [1]), (key) =>
    key.replace("module.", ""),
  );
  await expect(named(taken)).rejects.toThrow(
    'file: expected one variable for "backbone.stem.conv.kernel", got two',
  );
});

test("what is no hourglass detector keeps its names; one that is damaged tells no architecture", async () => {
  const resnet: Shapes = new Map([
    ["layer1.0.conv1.weight", [64, 64, 3, 3]],
    ["hm.2.weight", [80, 64, 1, 1]],
  ]);
  const file = stateDict(resnet);
  expect(await nameParameters(file)).toEqual({ ...file, evidence: {} });
  const without = withKeys(tinyShapes, (key) => (key.startsWith("module.pre.0.conv") ? undefined : key));
  const damaged = await named(without);
  expect(damaged.evidence).toEqual({ family: "triplets" });
  expect(detectorIn(damaged)).toBeUndefined();
});

test("a file made up of names makes no network of thousands of stacks", async () => {
  const shapes = new Map(tinyShapes);
  for (let stack = 2; stack < 5000; stack++) shapes.set(`module.cnvs.${stack}.conv.weight`, [32, 16, 3, 3]);
  expect(detectorIn(await named(shapes))).toBeUndefined();
});

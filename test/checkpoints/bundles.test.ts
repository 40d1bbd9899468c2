import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { openStoredWeights } from "../../src/checkpoints/openCheckpoint.ts";
import type { BundleCheckpoint } from "../../src/checkpoints/tensorBundle/bundleCheckpoint.ts";
import { openTensorBundle, type TensorBundle } from "../../src/checkpoints/tensorBundle/tensorBundle.ts";
import { loadParameters } from "../../src/loading/readWeights.ts";
import { findWeights } from "../../src/platform/node.ts";
import type { Weights } from "../../src/tensor.ts";
import { ALL_GOLDENS } from "../support/goldens.ts";
import { syntheticCheckpoint } from "../support/syntheticCheckpoint.ts";
import { CHECKPOINTS, parametersOf } from "../support/zooModels.ts";

const bytesOf = (data: Float32Array = new Float32Array(0)) => Buffer.from(data.buffer);

/** Files that TensorFlow wrote; they are not part of the repository. */
describe.skipIf(CHECKPOINTS === undefined)("bundles of TensorFlow", () => {
  const folder = join(CHECKPOINTS ?? "", "bundles");

  interface Expected {
    key: string;
    shape: number[];
    dtype: string;
    first?: number[];
    sum?: number;
    values?: string[];
  }

  async function open(name: string): Promise<TensorBundle> {
    const stored = await findWeights(join(folder, name));
    if (stored.kind !== "folder") throw new Error(`${name} is no prefix`);
    const index = new Uint8Array(await readFile(join(folder, `${name}.index`)));
    return openTensorBundle(index, name, (shard, shards) =>
      stored.files.open(`${name}.data-0000${shard}-of-0000${shards}`),
    );
  }

  test.each(["two-shards", "many-blocks", "snappy"])("%s gives what it should", async (name) => {
    const { variables }: { variables: Expected[] } = JSON.parse(
      await readFile(join(folder, "expected.json"), "utf8"),
    );
    const bundle = await open(name);
    expect([...bundle.entries.keys()].sort()).toEqual(variables.map(({ key }) => key).sort());
    for (const { key, shape, first, sum, values } of variables) {
      expect(bundle.entries.get(key)?.shape).toEqual(shape);
      if (values) {
        const texts = await bundle.readTexts(key);
        expect(texts.map((text) => new TextDecoder().decode(text))).toEqual(values);
        continue;
      }
      const data = await bundle.read(key);
      expect(data.length).toBe(shape.reduce((product, side) => product * side, 1));
      // expected.json has float64 as they are; here they are rounded to float32.
      expect([...data.slice(0, first?.length)]).toEqual(first?.map(Math.fround));
      expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum ?? 0, 4);
    }
    await expect(bundle.readTexts("ints")).rejects.toThrow("expected text, got I32");
    await expect(bundle.read("strings")).rejects.toThrow("expected numbers, got text");
  });

  test("a folder of several checkpoints wants one named", async () => {
    const open = async () => openStoredWeights(await findWeights(folder));
    await expect(open()).rejects.toThrow(/expected one checkpoint, got 3: .*"snappy".* Name one of them/);
  });
});

const ARCHIVES = [
  "centernet_mobilenetv2fpn_512x512_coco17_od",
  "centernet_mobilenetv2fpn_512x512_coco17_kpts",
];

describe.skipIf(CHECKPOINTS === undefined || ALL_GOLDENS === undefined).each(ARCHIVES)("%s", (name) => {
  const archive = join(CHECKPOINTS ?? "", `${name}.tar.gz`);

  async function expectFormula(checkpoint: BundleCheckpoint): Promise<void> {
    const formula = await syntheticCheckpoint(join(ALL_GOLDENS ?? "", "tf", name));
    const floats = [...checkpoint.variables].filter(([, { dtype }]) => dtype === "F32").map(([key]) => key);
    expect(floats.sort()).toEqual([...formula.variables.keys()].sort());
    for (const [key, { dtype, shape }] of checkpoint.variables) {
      if (dtype !== "F32") continue;
      expect(shape).toEqual(formula.variables.get(key)?.shape);
      // Compared as bytes: a hundred times as fast as value by value.
      const [got, expected] = [await checkpoint.read(key), await formula.read(key)];
      expect(bytesOf(got).equals(bytesOf(expected)), key).toBe(true);
    }
    await checkpoint.close?.();
  }

  test("its archive equals the formula in every variable", async () => {
    const checkpoint = (await openStoredWeights(await findWeights(archive))) as BundleCheckpoint;
    expect(checkpoint.sidecar.pipeline?.featureExtractor.type).toBe("mobilenet_v2_fpn_sep_conv");
    expect(checkpoint.sidecar.pipeline?.unknown).toEqual([]);
    expect(checkpoint.metadata.get("checkpoint")).toBe(`${name}/checkpoint/ckpt-0`);
    expect([...(await checkpoint.read("save_counter/.ATTRIBUTES/VARIABLE_VALUE"))]).toEqual([2]);
    await expectFormula(checkpoint);
  });

  test("its archive loads as the model's parameters, named by its layers, unpacked or not", async () => {
    const folder = await mkdtemp(join(tmpdir(), "centernet-"));
    try {
      execFileSync("tar", ["xzf", archive, "-C", folder]);
      const sources = [archive, folder, join(folder, name, "checkpoint/ckpt-0"), join(folder, name)];
      if (name.endsWith("_od")) {
        const saved = join(folder, name, "saved_model");
        sources.push(saved, join(saved, "variables"), join(saved, "variables/variables.index"));
      }
      const loaded: Weights[] = [];
      for (const source of sources) {
        const named = await nameParameters(await openStoredWeights(await findWeights(source)));
        expect(named.metadata.get("named by")).toBe("layer names, and their numbers agree");
        expect(named.evidence.backbone).toBe("mobilenet_v2_fpn_sep_conv");
        expect(named.evidence.sidecar?.pipeline?.numClasses).toBe(name.endsWith("_od") ? 90 : 1);
        let progress = 0;
        const onProgress = (read: number, all: number) => {
          progress = read / all;
        };
        loaded.push(await loadParameters(parametersOf(name), named, { model: name, onProgress }));
        expect(progress).toBe(1);
      }
      for (const weights of loaded.slice(1)) {
        for (const [parameter, { data }] of weights) {
          const same = Buffer.compare(bytesOf(data), bytesOf(loaded[0].get(parameter)?.data)) === 0;
          expect(same, parameter).toBe(true);
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

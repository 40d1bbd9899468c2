import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseSafetensors, toFloat32 } from "../../../src/checkpoints/safetensors/safetensors.ts";
import type { TripletMaps } from "../../../src/decode/triplets/triplets.ts";
import { shapeOf, type Tensor, tensor } from "../../../src/tensor.ts";

/** A golden case of the triplets' decode: its facts, and its tensors as they were stored (NCHW, rows). */
export interface TripletGolden {
  readonly facts: Record<string, unknown>;
  readonly shape: (name: string) => readonly number[];
  readonly values: (name: string) => Float32Array;
  /** As rows of the last axis. */
  readonly rows: (name: string) => number[][];
}

export async function tripletGolden(folder: string): Promise<TripletGolden> {
  const facts = JSON.parse(await readFile(join(folder, "case.json"), "utf8"));
  const bytes = new Uint8Array(await readFile(join(folder, "tensors.safetensors")));
  const { tensors } = parseSafetensors(bytes, folder);
  const find = (name: string) => {
    const found = tensors.get(name);
    if (!found) throw new Error(`${folder} has no tensor ${name}`);
    return found;
  };
  const values = (name: string) => toFloat32(find(name));
  return {
    facts,
    shape: (name) => find(name).shape,
    values,
    rows: (name) => {
      const all = values(name);
      const width = find(name).shape.at(-1) ?? 1;
      return Array.from({ length: all.length / width }, (_, i) => [
        ...all.subarray(i * width, (i + 1) * width),
      ]);
    },
  };
}

/** The maps of one half of a batch, heatmaps through the sigmoid. */
export function tripletMaps(
  golden: TripletGolden,
  image: number,
  nameOf: (map: string) => string,
): TripletMaps {
  const map = (name: string): Tensor => nhwc(golden, nameOf(name), image);
  const keypoint = (name: string) => ({ heatmap: sigmoid(map(`${name}_heat`)), offset: map(`${name}_regr`) });
  return {
    topLeft: { ...keypoint("tl"), embedding: map("tl_tag") },
    bottomRight: { ...keypoint("br"), embedding: map("br_tag") },
    center: keypoint("ct"),
  };
}

function nhwc(golden: TripletGolden, name: string, image: number): Tensor {
  const [, channels, height, width] = golden.shape(name);
  const cells = height * width;
  const stored = golden.values(name).subarray(image * channels * cells, (image + 1) * channels * cells);
  const data = Float32Array.from(stored, (_, i) => stored[(i % channels) * cells + Math.floor(i / channels)]);
  return tensor(shapeOf(height, width, channels), data);
}

function sigmoid({ shape, data }: Tensor): Tensor {
  return { shape, data: data.map((x) => 1 / (1 + Math.exp(-x))) };
}

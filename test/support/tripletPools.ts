import { join } from "node:path";
import { type Corner, cascadeCornerPool } from "../../src/blocks/cascadeCornerPool.ts";
import { centerPool } from "../../src/blocks/centerPool.ts";
import { parameterAt } from "../../src/checkpoints/names/keyPatterns.ts";
import { tripletPatterns } from "../../src/checkpoints/names/torchHourglass.ts";
import { kernelShape, transposeKernel } from "../../src/checkpoints/names/torchKeys.ts";
import { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
import { type Parameter, type Shape, shapeOf, type Tensor, tensor, type Weights } from "../../src/tensor.ts";
import type { GoldenCase, GoldenTap } from "../../src/verify/goldenCase.ts";
import { syntheticStateDict } from "./syntheticCheckpoint.ts";
import { CASCADE_CORNER_POOL_TAPS, CENTER_POOL_TAPS } from "./tripletPoolTaps.ts";

/** A pooling module of the network on its own, under the name that it has there. */
export interface PoolModule {
  readonly graph: (input: Shape) => Graph;
  /** The value of each of the reference's steps. */
  readonly valueOf: (tap: string) => string | undefined;
}

export function poolModule(name: Corner | "center"): PoolModule {
  const scope = `heads.${name}.pool`;
  const taps = name === "center" ? CENTER_POOL_TAPS : CASCADE_CORNER_POOL_TAPS;
  return {
    graph(shape) {
      const builder = new GraphBuilder();
      const p = builder.root.at(scope);
      const x = builder.input("features", shape);
      builder.output("pooled", name === "center" ? centerPool(x, p) : cascadeCornerPool(x, p, name));
      return builder.build();
    },
    valueOf: (tap) => (taps.has(tap) ? `${scope}.${taps.get(tap)}` : undefined),
  };
}

/** The weights of a case's module, which is a part of no whole state dict. */
export async function poolWeights(folder: string): Promise<Weights> {
  const file = await syntheticStateDict(folder);
  const weights = new Map<string, Parameter>();
  for (const [key, { shape }] of file.variables) {
    const name = parameterAt(key.replace("module.", ""), tripletPatterns(0), ".");
    if (name === undefined) continue;
    const values = await file.read(key);
    const data = shape.length === 4 ? transposeKernel(values, shape) : values;
    weights.set(name, { shape: kernelShape(shape), data });
  }
  return weights;
}

/** Tests of pools come in batches; this project runs one image at a time. */
export function imageOf({ shape, values }: GoldenTap, batchIndex: number): Tensor {
  const [, channels, height, width] = shape;
  const cells = height * width;
  const image = tensor(shapeOf(height, width, channels));
  for (let i = 0; i < image.data.length; i++) {
    const channel = i % channels;
    image.data[i] = values[(batchIndex * channels + channel) * cells + Math.floor(i / channels)];
  }
  return image;
}

/** What the values of a batch, each image NHWC, are in a tap's layout. */
export function batchInTapLayout({ shape }: GoldenTap, images: readonly Tensor[]): Float32Array {
  const [, channels, height, width] = shape;
  const cells = height * width;
  const batch = new Float32Array(images.length * channels * cells);
  return batch.map((_, i) => {
    const { data } = images[Math.floor(i / (channels * cells))];
    return data[(i % cells) * channels + (Math.floor(i / cells) % channels)];
  });
}

export const inputOf = (golden: GoldenCase): GoldenTap => {
  const input = golden.taps.find(({ role }) => role === "input");
  if (!input) throw new Error(`${golden.name} has no input`);
  return input;
};

export const poolFolder = (root: string, name: string) => join(root, "triplet", "pools", name);

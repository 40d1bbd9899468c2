import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/backend/executor.ts";
import { kernelShape, transposeKernel } from "../../src/checkpoints/names/torchKeys.ts";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
import { conv2d } from "../../src/kernels/conv2d/op.ts";
import { deformConv2d, OFFSET_CHANNELS } from "../../src/kernels/deformConv2d/op.ts";
import { bias } from "../../src/kernels/elementwise/op.ts";
import { padAll } from "../../src/kernels/window.ts";
import type { Parameter, Tensor, Weights } from "../../src/tensor.ts";
import { compare } from "../../src/verify/compare.ts";
import { type GoldenCase, type GoldenTap, inTapLayout } from "../../src/verify/goldenCase.ts";
import { everyBackend } from "../support/everyBackend.ts";
import { goldenAt, OWN_GOLDENS } from "../support/goldens.ts";
import { mayBeLeftOut } from "../support/required.ts";
import { imageOf } from "../support/tripletPools.ts";

const FOLDER = `${OWN_GOLDENS}/points/dcn`;

for (const { backend, isMissing, open } of await everyBackend()) {
  describe.skipIf(isMissing && mayBeLeftOut)(`DCNv2's own layers on ${backend}`, () => {
    let executor: Executor;
    beforeAll(async () => {
      executor = await open();
    });
    afterAll(() => executor.dispose());

    for (const name of readdirSync(FOLDER)) {
      test(name, async () => {
        const golden = await goldenAt(`${FOLDER}/${name}`);
        const outputs = await run(executor, golden);
        const results = golden.taps.filter(({ role }) => role === "case");
        expect(results.map((tap) => tap.name)).toContain("output");
        const tolerance = golden.tolerance.by.get("case");
        if (!tolerance) throw new Error(`${name} states no tolerance`);
        for (const tap of results) {
          const got = inTapLayout(outputs[tap.name], tap.layout);
          expect(compare(tap, got, tolerance), tap.name).toMatchObject({ pass: true });
        }
      });
    }
  });
}

test("the cases tell an order of offsets from another, a mask from none, and zeros outside from the border", async () => {
  const changes: Record<string, (offsets: Float32Array) => Float32Array> = {
    "all offsets down, then all to the right": (r) =>
      rearranged(r, (k) => (k < 18 ? (k % 2) * 9 + (k >> 1) : k)),
    "offsets to the right first": (r) => rearranged(r, (k) => (k < 18 ? k ^ 1 : k)),
    "samples counted column by column": (r) =>
      rearranged(r, (k) => (k < 18 ? 2 * turned(k >> 1) + (k % 2) : 18 + turned(k - 18))),
    "no masks": (r) => r.map((value, i) => (i % OFFSET_CHANNELS < 18 ? value : 40)),
    "no half cells": (r) => r.map((value, i) => (i % OFFSET_CHANNELS < 18 ? Math.round(value) : value)),
  };
  const golden = await goldenAt(`${FOLDER}/borders`);
  const output = tapOf(golden, "output");
  for (const [title, change] of Object.entries(changes)) {
    const outputs = await run(referenceExecutor(), golden, change);
    const got = inTapLayout(outputs.output, output.layout);
    const { ratio } = compare(output, got, golden.tolerance.by.get("case") ?? {});
    expect(ratio, title).toBeGreaterThan(600);
  }
});

/** Runs a case's layer: on the offsets that it gives, or on those that its inner convolution computes. */
async function run(
  executor: Executor,
  golden: GoldenCase,
  change = (offsets: Float32Array) => offsets,
): Promise<Readonly<Record<string, Tensor>>> {
  const input = imageOf(tapOf(golden, "input"), 0);
  const given = golden.taps.find(({ name, role }) => name === "offset_mask" && role === "input");
  const offsets = given && imageOf(given, 0);
  const plan = await executor.prepare(layer(golden, input, offsets), weightsOf(golden));
  const changed = offsets && { offsets: { ...offsets, data: change(offsets.data) } };
  const { outputs } = await plan.run({ x: input, ...changed });
  await plan.dispose();
  return outputs;
}

function layer(golden: GoldenCase, input: Tensor, offsets: Tensor | undefined): Graph {
  const builder = new GraphBuilder();
  const [layer, inner] = [builder.root.at("layer"), builder.root.at("inner")];
  const x = builder.input("x", input.shape);
  const window = { kernel: 3, stride: 1, padding: padAll(1), channels: OFFSET_CHANNELS };
  const r = offsets ? builder.input("offsets", offsets.shape) : bias(conv2d(x, inner, window), inner);
  if (!offsets) builder.output("offset_mask", r);
  const channels = tapOf(golden, "output").shape[1];
  builder.output("output", bias(deformConv2d(x, r, layer, { channels }), layer));
  return builder.build();
}

function weightsOf(golden: GoldenCase): Weights {
  const names = { "": "layer", "conv_offset_mask.": "inner" };
  const weights = new Map<string, Parameter>();
  for (const [prefix, scope] of Object.entries(names)) {
    const kernel = golden.taps.find(({ name }) => name === `${prefix}weight`);
    if (!kernel) continue;
    const data = transposeKernel(Float32Array.from(kernel.values), kernel.shape);
    weights.set(`${scope}.kernel`, { shape: kernelShape(kernel.shape), data });
    const { shape, values } = tapOf(golden, `${prefix}bias`);
    weights.set(`${scope}.bias`, { shape, data: Float32Array.from(values) });
  }
  return weights;
}

function tapOf({ name, taps }: GoldenCase, wanted: string): GoldenTap {
  const tap = taps.find((candidate) => candidate.name === wanted);
  if (!tap) throw new Error(`${name} has no ${wanted}`);
  return tap;
}

/** Channel k from the one that `from` says. */
function rearranged(offsets: Float32Array, from: (k: number) => number): Float32Array {
  return offsets.map((_, i) => {
    const k = i % OFFSET_CHANNELS;
    return offsets[i - k + from(k)];
  });
}

/** The sample at (v, u) for that at (u, v). */
function turned(sample: number): number {
  return (sample % 3) * 3 + Math.floor(sample / 3);
}

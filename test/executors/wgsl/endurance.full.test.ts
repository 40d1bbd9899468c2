import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Executor, RunOptions } from "../../../src/backend/executor.ts";
import type { TopPeaksQueries } from "../../../src/backend/peakQuery.ts";
import { convolution } from "../../../src/blocks/convolution.ts";
import type { Gpu } from "../../../src/executors/wgsl/device/webgpu.ts";
import { wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import { GraphBuilder } from "../../../src/graph/graph.ts";
import { centerOnMultiple } from "../../../src/image/input/centerOnMultiple.ts";
import { sigmoid } from "../../../src/kernels/elementwise/op.ts";
import { type Tensor, tensor } from "../../../src/tensor.ts";
import { dawn, NO_DAWN } from "../../support/dawn.ts";
import { countBuffers } from "../../support/faultyGpu.ts";
import { weightsFor } from "../../support/madeWeights.ts";
import { mayBeLeftOut } from "../../support/required.ts";

const found = await dawn();
if (!found) console.log(`wgsl: ${NO_DAWN}`);

/** Two sizes, so that one upload is larger than the other. */
const PICTURES = [imageOf(12, 11), imageOf(15, 14)];
const { shape } = PICTURES[0];

const FIND = { among: "all channels", count: 20, window: 3, tolerance: 0 } as const;
const PEAKS: TopPeaksQueries = { best: { ...FIND, heatmap: "heat", gather: ["heat"] } };

/** Each kind of run on the device. */
const RUNS: readonly { readonly x: Tensor; readonly options: RunOptions }[] = [
  { x: tensor(shape, PICTURES[0].data), options: {} },
  { x: PICTURES[0], options: { peaks: PEAKS } },
  { x: PICTURES[1], options: {} },
  { x: PICTURES[1], options: { peaks: PEAKS, taps: ["layer1.relu"] } },
];

function imageOf(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 1733) % 8191);
  return centerOnMultiple({ width, height, data }, 16);
}

function heatmaps() {
  const builder = new GraphBuilder();
  let x = builder.input("x", shape);
  for (let layer = 0; layer < 3; layer++) {
    const scope = builder.root.at(`layer${layer}`);
    x = convolution(x, scope, { channels: 4, kernel: 3, bias: true, activation: "relu" });
  }
  builder.output("heat", sigmoid(x, builder.root.at("heat")));
  return builder.build();
}

const residentMB = () => process.memoryUsage().rss / 1e6;

describe.skipIf(!found && mayBeLeftOut)("on wgsl", () => {
  const counter = countBuffers(found as Gpu);
  const graph = heatmaps();
  let executor: Executor;
  beforeAll(async () => {
    executor = await wgslExecutor({ gpu: counter.gpu });
  });
  afterAll(async () => {
    await executor.dispose();
    expect(counter.buffers).toBe(0);
  });

  test("400 runs of maps and pictures, for maps, peaks and taps, leave the device's and the host's memory as they were", async () => {
    const plan = await executor.prepare(graph, weightsFor(graph));
    const run = (i: number) => plan.run({ x: RUNS[i % RUNS.length].x }, RUNS[i % RUNS.length].options);
    for (let i = 0; i < 100; i++) await run(i);
    const first = await Promise.all(RUNS.map((_, i) => run(i)));
    expect(first[1].peaks?.best.lists[0].scores).toHaveLength(20);
    const [buffers, bytes, resident] = [counter.buffers, counter.bytes, residentMB()];
    expect(buffers).toBeGreaterThan(0);
    for (let i = 0; i < 400; i++) await run(i);
    expect({ buffers: counter.buffers, bytes: counter.bytes }).toEqual({ buffers, bytes });
    expect(residentMB() - resident).toBeLessThan(64);
    expect(await Promise.all(RUNS.map((_, i) => run(i)))).toEqual(first);
    await plan.dispose();
  });

  test("20 rounds of preparing, running and disposing give their memory back", async () => {
    const [buffers, weights] = [counter.buffers, weightsFor(graph)];
    const round = async () => {
      const plan = await executor.prepare(graph, weights);
      for (const { x, options } of RUNS) await plan.run({ x }, options);
      await plan.dispose();
    };
    for (let warm = 0; warm < 5; warm++) await round();
    const resident = residentMB();
    for (let rounds = 0; rounds < 20; rounds++) await round();
    expect(counter.buffers).toBe(buffers);
    expect(residentMB() - resident).toBeLessThan(64);
  });
});

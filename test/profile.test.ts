import { afterAll, beforeAll, expect, test } from "vitest";
import { describeGraph } from "../src/analysis/describe.ts";
import { kindProfiles } from "../src/analysis/profile.ts";
import type { Executor } from "../src/backend/executor.ts";
import { type Detector, load } from "../src/detect.ts";
import { BackendError, UsageError } from "../src/errors.ts";
import { wasmExecutor } from "../src/executors/wasm/wasmExecutor.ts";
import { DeviceKeeper } from "../src/executors/wgsl/device/deviceKeeper.ts";
import { timeLayers } from "../src/executors/wgsl/timeLayers.ts";
import { WgslPlan } from "../src/executors/wgsl/wgslPlan.ts";
import { GraphBuilder, neededNodes } from "../src/graph/graph.ts";
import { conv2d } from "../src/kernels/conv2d/op.ts";
import { relu } from "../src/kernels/elementwise/op.ts";
import { padAll } from "../src/kernels/window.ts";
import { shapeOf } from "../src/tensor.ts";
import { dawn, NO_DAWN } from "./support/dawn.ts";
import { inputsFor, weightsFor } from "./support/madeWeights.ts";
import { mayBeLeftOut } from "./support/required.ts";

const GRAY = { width: 192, height: 192, data: new Uint8Array(192 * 192 * 3).fill(128) };

let detector: Detector;
beforeAll(async () => {
  detector = await load("movenet-lightning", { backend: "wasm", threads: 2 });
});
afterAll(() => detector.dispose());

test("every layer that runs is timed, with the work of those computed inside it", async () => {
  const profile = await detector.profile(GRAY, { runs: 2 });
  const { graph } = detector.network;
  const timed = profile.layers.flatMap(({ name, inner = [] }) => [...inner, name]);
  expect(timed).toEqual(neededNodes(graph).map(({ name }) => name));
  const work = profile.layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  expect(work).toBe(describeGraph(graph).totals.multiplyAdds);
  expect(profile).toMatchObject({ model: "movenet-lightning", backend: "wasm", fused: true, runs: 2 });
  expect(profile.backendDetails).toMatchObject({ threads: 2 });
  for (const { milliseconds, multiplyAdds, gflopsPerSecond } of profile.layers) {
    expect(milliseconds).toBeGreaterThanOrEqual(0);
    if (gflopsPerSecond === undefined) continue;
    expect(gflopsPerSecond).toBeCloseTo((2 * multiplyAdds) / milliseconds / 1e6, 6);
  }
});

test("the sum of the layers is of the size of a run without timing, and kinds add up to it", async () => {
  const profile = await detector.profile(GRAY, { runs: 3 });
  const { milliseconds, timedMilliseconds, untimedMilliseconds, layers, kinds } = profile;
  expect(milliseconds).toBeLessThanOrEqual(timedMilliseconds);
  // On a busy machine a whole run is never undisturbed, but each layer is in one of the runs.
  expect(milliseconds).toBeGreaterThan(untimedMilliseconds / 20);
  expect(milliseconds).toBeLessThan(untimedMilliseconds * 2);
  expect(kinds.reduce((sum, kind) => sum + kind.milliseconds, 0)).toBeCloseTo(milliseconds, 6);
  expect(kinds.reduce((sum, kind) => sum + kind.layers, 0)).toBe(layers.length);
  expect(kinds).toEqual(kindProfiles(layers));
  const times = kinds.map((kind) => kind.milliseconds);
  expect(times).toEqual([...times].sort((a, b) => b - a));
});

test("timing changes no number", async () => {
  const before = await detector.detect(GRAY, { score: 0, taps: "all" });
  await detector.profile(GRAY, { runs: 1 });
  const after = await detector.detect(GRAY, { score: 0, taps: "all" });
  expect(after.detections).toEqual(before.detections);
  for (const [name, { data }] of Object.entries(before.taps)) {
    expect(Buffer.from(after.taps[name].data.buffer).equals(Buffer.from(data.buffer)), name).toBe(true);
  }
});

test("a bad option, an aborted call and a backend that cannot are refused", async () => {
  await expect(detector.profile(GRAY, { runs: 0 })).rejects.toThrow(UsageError);
  const reason = new Error("enough");
  await expect(detector.profile(GRAY, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const plain = await load("movenet-lightning", { backend: "cpu" });
  const refused = plain.profile(GRAY);
  await expect(refused).rejects.toThrow(BackendError);
  await expect(refused).rejects.toThrow(
    "backend cpu: expected one that can time its layers, got one that runs them as a whole. Choose wasm or wgsl.",
  );
  await plain.dispose();
  await expect(plain.profile(GRAY)).rejects.toThrow("profile: expected a detector in use");
});

/** Two convolutions that run, and one that only a tap would need. */
function smallGraph() {
  const builder = new GraphBuilder();
  const { root } = builder;
  const window = { channels: 8, kernel: 3, stride: 1, padding: padAll(1) };
  const x = conv2d(builder.input("image", shapeOf(16, 16, 3)), root.at("first"), window);
  builder.output("map", relu(conv2d(x, root.at("second"), window), root.at("second")));
  conv2d(x, root.at("unneeded"), window);
  return builder.build();
}

const NEEDED = ["first.conv2d", "second.conv2d", "second.relu"];

test("on one thread steps are timed too, and only those that outputs need", async () => {
  const executor: Executor = await wasmExecutor({ threads: 1 });
  const graph = smallGraph();
  const plan = await executor.prepare(graph, weightsFor(graph));
  const times = await plan.timeLayers?.(inputsFor(graph));
  expect(times?.layers.map(({ name }) => name)).toEqual(NEEDED);
  await plan.dispose();
  await expect(plan.timeLayers?.(inputsFor(graph))).rejects.toThrow("one that was disposed of");
  await executor.dispose();
});

const gpu = await dawn();
if (!gpu) console.log(`wgsl: ${NO_DAWN}`);

test.skipIf(!gpu && mayBeLeftOut)("wgsl says whether timestamps or submissions told the times", async () => {
  if (!gpu) throw new Error(NO_DAWN);
  const graph = smallGraph();
  const keeper = await DeviceKeeper.open(gpu);
  const plan = await WgslPlan.prepare(keeper, graph, weightsFor(graph), { precision: "default" });
  const times = await plan.timeLayers(inputsFor(graph));
  expect(times.layers.map(({ name }) => name)).toEqual(NEEDED);
  const hasClock = (await gpu.requestAdapter())?.features.has("timestamp-query");
  expect(times.clock).toMatch(hasClock ? /^timestamps of the GPU/ : /^one submission per layer/);
  for (const { milliseconds } of times.layers) expect(milliseconds).toBeGreaterThanOrEqual(0);
  await plan.dispose();
  await keeper.destroy();
});

test("a GPU without a clock is timed by submissions, one per layer", async () => {
  const submitted: unknown[] = [];
  const pass = { setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {}, end() {} };
  const encoder = () => ({ beginComputePass: () => pass, finish: () => ({}) });
  const queue = {
    submit: (commands: unknown) => submitted.push(commands),
    onSubmittedWorkDone: async () => {},
  };
  const loss = { before: (work: Promise<unknown>) => work };
  const open = {
    device: { createCommandEncoder: encoder, queue, features: new Set() },
    loss,
    workPerSubmit: 1,
  };
  const dispatch = { pipeline: {}, group: {}, workgroups: [1, 1, 1], work: 1 };
  const layers = ["a", "b", "c"].map((name) => ({ name, dispatches: [dispatch, dispatch] }));
  const times = await timeLayers(open as never, layers as never);
  expect(times.clock).toMatch(/^one submission per layer/);
  expect(times.layers.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(submitted).toHaveLength(3);
});

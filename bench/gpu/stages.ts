import type { Executor, Plan } from "../../src/backend/executor.ts";
import { BackendError } from "../../src/errors.ts";
import { gpujsExecutor } from "../../src/executors/gpujs/gpujsExecutor.ts";
import { TapSink } from "../../src/executors/tapSink.ts";
import { bufferLayout, fuseUpsampling } from "../../src/executors/wgsl/bufferLayout.ts";
import { kernelTarget, openDevice } from "../../src/executors/wgsl/device/openDevice.ts";
import type { Gpu } from "../../src/executors/wgsl/device/webgpu.ts";
import { DeviceGraph } from "../../src/executors/wgsl/deviceGraph.ts";
import { wgslExecutor } from "../../src/executors/wgsl/wgslExecutor.ts";
import { type Graph, neededNodes } from "../../src/graph/graph.ts";
import { caseData } from "../../src/kernels/opCase.ts";
import type { Tile, WgslDispatch } from "../../src/kernels/wgsl/kernel.ts";
import { TILES } from "../../src/kernels/wgsl/tiles.ts";
import { elementCount, tensor } from "../../src/tensor.ts";
import { type GpuNetwork, type Prepared, prepareGraph } from "./gpuNetwork.ts";
import { TimedGpu } from "./timedGpu.ts";

/** Milliseconds, minima of the runs. */
export interface NetworkTimes extends GpuNetwork {
  readonly backend: string;
  /** Shaders, weights and self-test. */
  readonly prepare: number;
  /** From the input map to the result that is read back. */
  readonly wall: number;
  /** Whether the output maps are read back, or only the peaks that the GPU found. */
  readonly reads: "maps" | "peaks";
  /** On the GPU's clock; absent if it has none. */
  readonly gpu?: number;
  /** The host's part, until the last submit. */
  readonly encode?: number;
}

/** Time of all dispatches of one kind in a run of the network, each in a pass of its own. */
export interface KindTimes {
  readonly kind: string;
  readonly dispatches: number;
  readonly milliseconds: number;
  readonly teraflops: number;
}

export interface TileTimes {
  readonly layer: string;
  /** Best first. */
  readonly tiles: readonly {
    readonly tile: string;
    readonly algorithm: string;
    readonly milliseconds: number;
  }[];
}

/** Times a network, and each kind of dispatch in it. */
export async function timeNetwork(
  api: Gpu,
  network: GpuNetwork,
  runs: number,
  signal: AbortSignal,
): Promise<{ times: NetworkTimes; kinds: readonly KindTimes[] }> {
  const { graph, weights, inputs, peaks } = prepareGraph(network);
  const timed = new TimedGpu(api);
  const start = performance.now();
  const executor = await wgslExecutor({ gpu: timed.gpu });
  try {
    const plan = await executor.prepare(graph, weights, { signal });
    const prepare = performance.now() - start;
    const walls: number[] = [];
    const gpus: number[] = [];
    const encodes: number[] = [];
    let reads: NetworkTimes["reads"] = "maps";
    for (let run = 0; run < runs + 2; run++) {
      await timed.take();
      const began = performance.now();
      const result = await plan.run(inputs, { peaks, signal });
      const wall = performance.now() - began;
      reads = result.peaks ? "peaks" : "maps";
      const { from, until } = timed.encoding;
      const passes = await timed.take();
      if (run < 2) continue; // clears buffers, warms up
      walls.push(wall);
      encodes.push(until - from);
      if (passes.length > 0) gpus.push(sum(passes) / 1e6);
    }
    const kinds = await timeKinds(timed, plan, await dispatchesOf(api, graph), inputs, runs, signal);
    const wall = Math.min(...walls);
    const times = {
      ...network,
      backend: "wgsl",
      prepare,
      wall,
      reads,
      gpu: minimum(gpus),
      encode: minimum(encodes),
    };
    return { times, kinds };
  } finally {
    await executor.dispose();
  }
}

/** Times gpu.js on the same GPU and network, for comparison. Needs `navigator.gpu`. */
export async function timeGpujs(
  network: GpuNetwork,
  runs: number,
  signal: AbortSignal,
): Promise<NetworkTimes> {
  const { graph, weights, inputs } = prepareGraph(network);
  const start = performance.now();
  const executor: Executor = await gpujsExecutor({ mode: "webgpu" });
  try {
    const plan = await executor.prepare(graph, weights, { signal });
    const prepare = performance.now() - start;
    const walls: number[] = [];
    for (let run = 0; run < runs + 1; run++) {
      const began = performance.now();
      await plan.run(inputs, { signal });
      if (run > 0) walls.push(performance.now() - began);
    }
    return { ...network, backend: "gpu.js webgpu", prepare, wall: Math.min(...walls), reads: "maps" };
  } finally {
    await executor.dispose();
  }
}

/** The dispatches of a run on this GPU, in order. */
async function dispatchesOf(api: Gpu, graph: Graph): Promise<WgslDispatch[]> {
  const open = await openDevice(api);
  const fused = fuseUpsampling(graph);
  const { nodes } = bufferLayout(fused, kernelTarget(open, "default"));
  open.device.destroy();
  const needed = new Set(neededNodes(fused).map(({ name }) => name));
  return nodes.filter(({ node }) => needed.has(node.name)).flatMap(({ kernel }) => kernel.dispatches);
}

async function timeKinds(
  timed: TimedGpu,
  plan: Plan,
  dispatches: readonly WgslDispatch[],
  inputs: Prepared["inputs"],
  runs: number,
  signal: AbortSignal,
): Promise<KindTimes[]> {
  timed.everyDispatch = true;
  let best: number[] = [];
  for (let run = 0; run < Math.min(runs, 5); run++) {
    await timed.take();
    await plan.run(inputs, { signal });
    const passes = await timed.take();
    best = passes.map((time, i) => Math.min(time, best[i] ?? Number.POSITIVE_INFINITY));
  }
  timed.everyDispatch = false;
  if (best.length < dispatches.length) return [];
  const kinds = new Map<string, { dispatches: number; nanoseconds: number; work: number }>();
  dispatches.forEach((dispatch, i) => {
    const kind = kindOf(dispatch);
    const known = kinds.get(kind) ?? { dispatches: 0, nanoseconds: 0, work: 0 };
    kinds.set(kind, {
      dispatches: known.dispatches + 1,
      nanoseconds: known.nanoseconds + best[i],
      work: known.work + dispatch.work,
    });
  });
  return [...kinds]
    .map(([kind, { dispatches: count, nanoseconds, work }]) => ({
      kind,
      dispatches: count,
      milliseconds: nanoseconds / 1e6,
      teraflops: (2 * work) / nanoseconds / 1e3,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

/** Title of a dispatch, without its sizes. */
function kindOf({ code }: WgslDispatch): string {
  return code.slice(3, code.indexOf("\n")).split(":")[0];
}

/** Times every distinct convolution of a network with every tile, to check the model in src/kernels/wgsl/tiles.ts. */
export async function timeTiles(
  api: Gpu,
  network: GpuNetwork,
  until: number,
  report: (times: TileTimes) => void,
  signal: AbortSignal,
): Promise<void> {
  const { graph, weights } = prepareGraph(network);
  const timed = new TimedGpu(api);
  const open = await openDevice(timed.gpu);
  const seen = new Set<string>();
  for (const node of graph.nodes.filter(({ op }) => op === "conv2d")) {
    const source =
      graph.nodes.find(({ name }) => name === node.inputs[0])?.shape ?? Object.values(graph.inputs)[0];
    const layer = `${source.slice(1).join("x")} to ${node.shape.slice(1).join("x")}, ${node.attributes.kernel} x ${node.attributes.kernel}`;
    if (seen.has(layer) || performance.now() > until) continue;
    seen.add(layer);
    const alone: Graph = {
      ...graph,
      inputs: { x: source },
      nodes: [{ ...node, inputs: ["x"], epilogue: node.epilogue && { ...node.epilogue, residual: false } }],
      outputs: { y: node.name },
    };
    const inputs = { x: tensor(source, caseData([elementCount(source)], 1)) };
    const tiles: { tile: string; algorithm: string; milliseconds: number }[] = [];
    for (const tile of TILES) {
      const layout = bufferLayout(alone, { ...kernelTarget(open, "default"), tiles: [tile] });
      const resident = await DeviceGraph.create(open, alone, layout, weights);
      const times: number[] = [];
      for (let run = 0; run < 5; run++) {
        signal.throwIfAborted();
        await timed.take();
        await resident.run(inputs, new Set([node.name]), new TapSink(alone));
        const passes = await timed.take();
        if (passes.length === 0) throw noClock();
        times.push(sum(passes) / 1e6);
      }
      resident.destroy();
      const [{ kernel }] = layout.nodes;
      tiles.push({
        tile: tileName(tile),
        algorithm: kernel.algorithm,
        milliseconds: Math.min(...times),
      });
    }
    report({ layer, tiles: tiles.sort((a, b) => a.milliseconds - b.milliseconds) });
  }
  open.device.destroy();
}

function noClock(): BackendError {
  const expected = "a GPU with timestamp-query";
  return new BackendError({ where: "tiles", expected, got: "one without it" });
}

function tileName({ rows, columns }: Tile): string {
  return `${rows}x${columns}`;
}

function minimum(values: readonly number[]): number | undefined {
  return values.length > 0 ? Math.min(...values) : undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

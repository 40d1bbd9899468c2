import { MemoryError } from "../../errors.ts";
import { type Graph, type GraphNode, shapesByName } from "../../graph/graph.ts";
import type { OpName } from "../../kernels/ops.ts";
import {
  BYTES_PER_VECTOR,
  mapVectors,
  type WgslKernel,
  type WgslKernelOf,
  type WgslTarget,
} from "../../kernels/wgsl/kernel.ts";
import type { Shape } from "../../tensor.ts";
import { type Lifetime, mapLifetimes } from "../lifetimes.ts";
import { kernelCall } from "../preparedNode.ts";
import { WGSL_KERNELS } from "./kernels.ts";

/** A node, its kernel, and the buffers that it works on, as indices into `BufferLayout.bufferBytes`. */
export interface DeviceNode {
  readonly node: GraphNode;
  readonly kernel: WgslKernel;
  readonly inputs: readonly number[];
  readonly residual?: number;
  readonly output: number;
  readonly scratch: readonly number[];
}

/** The kernels and buffers of a graph, worked out before anything is allocated on the device. */
export interface BufferLayout {
  /** By value, graph inputs included. */
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly nodes: readonly DeviceNode[];
  /** The buffer that holds a value, by the value's name; graph inputs included. */
  readonly maps: ReadonlyMap<string, number>;
  readonly bufferBytes: readonly number[];
  readonly constantBytes: number;
}

/**
 * Lets sums read the map before a nearest upsampling rather than the map after it: graph → graph. That saves writing
 * and reading a map four times the size. The upsampling's node stays; it runs if it is tapped or if another op reads it.
 */
export function fuseUpsampling(graph: Graph): Graph {
  const sources = new Map(
    graph.nodes.filter(({ op }) => op === "upsampleNearest").map(({ name, inputs }) => [name, inputs[0]]),
  );
  const nodes = graph.nodes.map((node) => {
    const inputs = node.inputs.map((name, index) => {
      const isResidual = node.epilogue?.residual === true && index === node.inputs.length - 1;
      // These kernels read a map of half the size as if it were doubled.
      return node.op === "add" || isResidual ? (sources.get(name) ?? name) : name;
    });
    return { ...node, inputs };
  });
  return { ...graph, nodes };
}

/** @throws MemoryError if a map or constant is larger than the device can bind. */
export function bufferLayout(graph: Graph, target: WgslTarget): BufferLayout {
  const shapes = shapesByName(graph);
  checkBindings(
    [...shapes].map(([name, shape]): Binding => [name, mapVectors(shape)]),
    target,
  );
  const kernels = graph.nodes.map((node) => {
    const kernelOf = WGSL_KERNELS[node.op as OpName] as WgslKernelOf<object>;
    const residual = node.epilogue?.residual ? shapes.get(node.inputs[node.inputs.length - 1]) : undefined;
    return kernelOf({ ...kernelCall(node, shapes), residual }, target);
  });
  const scratchName = (step: number, index: number) => `${step}:${index}`;
  const scratch = kernels.flatMap(({ scratchBytes }, step): Lifetime[] =>
    scratchBytes.map((bytes, index) => ({ name: scratchName(step, index), bytes, from: step, until: step })),
  );
  const { bufferBytes, buffers } = shareBuffers([...mapLifetimes(graph, mapBytes), ...scratch]);
  const buffer = (name: string) => buffers.get(name) as number;
  const nodes = graph.nodes.map((node, step): DeviceNode => {
    const inputs = node.inputs.map(buffer);
    const residual = node.epilogue?.residual ? inputs.pop() : undefined;
    const scratches = kernels[step].scratchBytes.map((_, index) => buffer(scratchName(step, index)));
    return { node, kernel: kernels[step], inputs, residual, output: buffer(node.name), scratch: scratches };
  });
  checkBindings(
    nodes.flatMap(({ node, kernel }) => kernel.constants.map(({ vectors }): Binding => [node.name, vectors])),
    target,
  );
  const constants = kernels.flatMap((kernel) => kernel.constants);
  return {
    shapes,
    nodes,
    maps: new Map([...shapes.keys()].map((name) => [name, buffer(name)])),
    bufferBytes,
    constantBytes: constants.reduce((sum, { vectors }) => sum + vectors * BYTES_PER_VECTOR, 0),
  };
}

/** Size of a map or constant, and the layer that it belongs to. */
type Binding = readonly [layer: string, vectors: number];

/** @throws MemoryError, which names the largest, if one exceeds what the device can bind. */
function checkBindings(bindings: readonly Binding[], { maxBindingBytes }: WgslTarget): void {
  const [layer, vectors] = bindings.reduce((max, next) => (next[1] > max[1] ? next : max), ["", 0]);
  if (vectors * BYTES_PER_VECTOR <= maxBindingBytes) return;
  const expected = `a device that binds ${megabytes(vectors * BYTES_PER_VECTOR)} MB at once`;
  const got = `one that binds ${megabytes(maxBindingBytes)} MB`;
  const fault = { where: `backend wgsl, layer ${layer}`, expected, got };
  throw new MemoryError(fault, { alternative: "another backend" });
}

function mapBytes(shape: Shape): number {
  return mapVectors(shape) * BYTES_PER_VECTOR;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/**
 * Assigns values to buffers so that values alive at the same time never share one. Values are placed largest first,
 * each in the first buffer that is free for its whole life. Buffers are shared whole rather than in parts, because a
 * dispatch may not read and write the same buffer, even at different offsets.
 */
function shareBuffers(lifetimes: readonly Lifetime[]): {
  readonly bufferBytes: readonly number[];
  /** Index of a value's buffer, by the value's name. */
  readonly buffers: ReadonlyMap<string, number>;
} {
  const shared: { bytes: number; holds: Lifetime[] }[] = [];
  const buffers = new Map<string, number>();
  for (const value of [...lifetimes].sort((a, b) => b.bytes - a.bytes)) {
    const isFree = (held: Lifetime) => held.until < value.from || held.from > value.until;
    let index = shared.findIndex(({ holds }) => holds.every(isFree));
    if (index === -1) index = shared.push({ bytes: value.bytes, holds: [] }) - 1;
    shared[index].holds.push(value);
    buffers.set(value.name, index);
  }
  return { bufferBytes: shared.map(({ bytes }) => bytes), buffers };
}

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

/** A node and which of the plan's buffers it works on. */
export interface PlannedNode {
  readonly node: GraphNode;
  readonly kernel: WgslKernel;
  readonly inputs: readonly number[];
  readonly residual?: number;
  readonly output: number;
  readonly scratch: readonly number[];
}

/** Everything about a graph's work on the device, worked out before any of it exists there. */
export interface PlanLayout {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly nodes: readonly PlannedNode[];
  /** Which buffer holds a value, by name, graph inputs included. */
  readonly maps: ReadonlyMap<string, number>;
  readonly bufferBytes: readonly number[];
  readonly constantBytes: number;
}

/** @throws MemoryError where a map or weight needs more than the device binds at once. */
export function planLayout(graph: Graph, target: WgslTarget): PlanLayout {
  const shapes = shapesByName(graph);
  refuseLarge(
    [...shapes].map(([name, shape]): Need => [name, mapVectors(shape)]),
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
  const { bufferBytes, buffers } = placeBuffers([...mapLifetimes(graph, mapBytes), ...scratch]);
  const buffer = (name: string) => buffers.get(name) as number;
  const nodes = graph.nodes.map((node, step): PlannedNode => {
    const inputs = node.inputs.map(buffer);
    const residual = node.epilogue?.residual ? inputs.pop() : undefined;
    const scratches = kernels[step].scratchBytes.map((_, index) => buffer(scratchName(step, index)));
    return { node, kernel: kernels[step], inputs, residual, output: buffer(node.name), scratch: scratches };
  });
  refuseLarge(
    nodes.flatMap(({ node, kernel }) => kernel.constants.map(({ vectors }): Need => [node.name, vectors])),
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

/** A map or weight by the layer that it belongs to, in vectors. */
type Need = readonly [layer: string, vectors: number];

function refuseLarge(needs: readonly Need[], { maxBindingBytes }: WgslTarget): void {
  const [layer, vectors] = needs.reduce((most, next) => (next[1] > most[1] ? next : most), ["", 0]);
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

export interface BufferPlacement {
  readonly bufferBytes: readonly number[];
  /** By name: which buffer. */
  readonly buffers: ReadonlyMap<string, number>;
}

/**
 * Gives buffers to values so that those in use at the same time have different ones, the largest value first,
 * each to the first buffer that is free for its whole life. A dispatch may not read and write one buffer,
 * whatever the places in it: so whole buffers are shared out, not places.
 */
function placeBuffers(lifetimes: readonly Lifetime[]): BufferPlacement {
  const buffers: { bytes: number; holds: Lifetime[] }[] = [];
  const placed = new Map<string, number>();
  for (const value of [...lifetimes].sort((a, b) => b.bytes - a.bytes)) {
    const isFree = (held: Lifetime) => held.until < value.from || held.from > value.until;
    let index = buffers.findIndex(({ holds }) => holds.every(isFree));
    if (index === -1) index = buffers.push({ bytes: value.bytes, holds: [] }) - 1;
    buffers[index].holds.push(value);
    placed.set(value.name, index);
  }
  return { bufferBytes: buffers.map(({ bytes }) => bytes), buffers: placed };
}

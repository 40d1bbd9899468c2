import type { Graph, GraphNode } from "../../graph/graph.ts";
import { shapesByName } from "../../graph/graph.ts";
import type { OpName } from "../../kernels/ops.ts";
import {
  BYTES_PER_FLOAT,
  planarBytes,
  WASM_CALLS,
  type WasmChoices,
  type WasmKernel,
  type WasmKernelOf,
  type WasmStep,
  wasmStep,
} from "../../kernels/wasm/kernel.ts";
import { elementCount, type Shape } from "../../tensor.ts";
import { type Lifetime, mapLifetimes } from "../lifetimes.ts";
import { kernelCall } from "../preparedNode.ts";
import { type FusedGroup, fusedGroups, fusedPredecessor } from "./blockFusion.ts";
import { WASM_KERNELS } from "./kernels.ts";
import { align, placeMaps } from "./placeMaps.ts";
import { isImage } from "./planarMap.ts";

/** A node and the addresses of all that it reads and writes, in bytes from the start of memory. */
export interface PlannedNode {
  readonly node: GraphNode;
  readonly kernel: WasmKernel;
  /** One for each of the kernel's constants. */
  readonly constants: readonly number[];
  /** How the node runs by itself. */
  readonly steps: readonly PlannedStep[];
  /** Set if the node may be fused with others. */
  readonly group?: FusedGroup;
  /** Replaces `steps` when the layers before it in the group are computed inside this one. */
  readonly fusedStep?: PlannedStep;
}

export interface PlannedStep extends WasmStep {
  /** Address of the fields. */
  readonly address: number;
}

/** A graph's use of memory, worked out before any is allocated. */
export interface PlanLayout {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Address of each value, graph inputs included. Values with different lifetimes share memory. */
  readonly maps: ReadonlyMap<string, number>;
  /** Of every value and every layer's workspace. */
  readonly lifetimes: readonly Lifetime[];
  /** The steps that finish the inputs before the first node runs. */
  readonly inputs: readonly (PlannedStep & { readonly input: string })[];
  readonly nodes: readonly PlannedNode[];
  /** Where maps lie. */
  readonly mapMemory: { readonly address: number; readonly bytes: number };
  /** For the calls that copy maps out, as many as there are outputs and at least one: their fields and findings. */
  readonly reads: readonly { readonly fields: number; readonly findings: number }[];
  /** One address per thread. */
  readonly scratch: readonly number[];
  /** Where constants wait to be transformed while weights are written. Maps use this memory later. */
  readonly staging: { readonly fields: number; readonly floats: number };
  readonly bytes: {
    readonly constants: number;
    readonly scratch: number;
    readonly maps: number;
    readonly total: number;
  };
}

/** Memory holds, in this order: weights, each thread's scratch, maps, and the fields of every call. */
export function planLayout(graph: Graph, choices: WasmChoices, threads = 1): PlanLayout {
  const shapes = shapesByName(graph);
  const kernels = graph.nodes.map((node) => {
    const kernelOf = WASM_KERNELS[node.op as OpName] as WasmKernelOf<object>;
    return kernelOf(kernelCall(node, shapes), choices);
  });
  const groups = fusedGroups(graph, kernels);
  const memory = new BumpAllocator();

  const constants = reserveConstants(memory, kernels);
  const weightBytes = memory.end;
  const scratchBytes = maxScratchBytes(graph, kernels, groups);
  const scratch = Array.from({ length: threads }, () => memory.reserve(scratchBytes));

  const lifetimes = [
    ...mapLifetimes(graph, planarBytes, lastStepOf(graph, groups)),
    ...workspaces(kernels),
    ...pixelLifetimes(graph),
  ];
  const placement = placeMaps(lifetimes);
  const firstMap = memory.reserve(Math.max(placement.bytes, stagingBytes(kernels)));
  const maps = new Map([...placement.offsets].map(([name, offset]) => [name, firstMap + offset]));

  const firstField = memory.end;
  const staging = { fields: memory.reserve(MAX_FIELDS * BYTES_PER_FLOAT), floats: firstMap };
  const inputs = bindInputs(memory, graph, maps);
  const nodes = bindNodes(memory, graph, kernels, groups, constants, maps, threads);
  const reads = Array.from({ length: Math.max(1, Object.keys(graph.outputs).length) }, () => ({
    fields: memory.reserve(fieldCount("channelsLast") * BYTES_PER_FLOAT),
    findings: memory.reserve(MAX_READ_UNITS * BYTES_PER_FLOAT),
  }));
  const bytes = {
    constants: weightBytes + memory.end - firstField,
    scratch: scratchBytes * threads,
    maps: placement.bytes,
    total: memory.end,
  };
  const mapMemory = { address: firstMap, bytes: placement.bytes };
  return { shapes, maps, lifetimes, inputs, nodes, mapMemory, reads, scratch, staging, bytes };
}

/** A map is copied out in at most so many units, each of which leaves its findings in memory. */
export const MAX_READ_UNITS = 256;

/** The first bytes stay unused, because 0 means "none" wherever an address is optional. */
const START = 64;

/** Hands out memory in ascending order and frees none. */
class BumpAllocator {
  end = START;

  reserve(bytes: number): number {
    const address = this.end;
    this.end = align(address + bytes);
    return address;
  }
}

/** The address of every constant of every kernel. */
function reserveConstants(memory: BumpAllocator, kernels: readonly WasmKernel[]): number[][] {
  return kernels.map(({ constants }) =>
    constants.map(({ floats }) => memory.reserve(floats * BYTES_PER_FLOAT)),
  );
}

/** What one unit needs at most, together with the layers that are computed inside its own. */
function maxScratchBytes(
  graph: Graph,
  kernels: readonly WasmKernel[],
  groups: ReadonlyMap<string, FusedGroup>,
): number {
  const byName = new Map(graph.nodes.map(({ name }, index) => [name, kernels[index]]));
  const needs = graph.nodes.map(({ name }, index) => {
    const { scratchBytes, fusesPrevious } = kernels[index];
    const inner = groups.get(name)?.inner ?? [];
    return inner.reduce((sum, layer) => {
      return sum + (byName.get(layer)?.fusesIntoNext?.scratchBytes(fusesPrevious?.cells ?? 0) ?? 0);
    }, scratchBytes);
  });
  return Math.max(0, ...needs);
}

/** A layer that is computed inside another reads its inputs when that one runs. */
function lastStepOf(graph: Graph, groups: ReadonlyMap<string, FusedGroup>): (node: number) => number {
  const steps = new Map(graph.nodes.map(({ name }, index) => [name, index]));
  return (node) => steps.get(groups.get(graph.nodes[node].name)?.last ?? "") ?? node;
}

/** A workspace lives among the maps, while its layer runs. */
function workspaces(kernels: readonly WasmKernel[]): Lifetime[] {
  return kernels.flatMap(({ workspaceBytes: bytes = 0 }, step) =>
    bytes > 0 ? [{ name: workspaceName(step), bytes, from: step, until: step }] : [],
  );
}

/** No node has such a name. */
function workspaceName(step: number): string {
  return `workspace ${step}`;
}

function stagingBytes(kernels: readonly WasmKernel[]): number {
  const transforms = kernels.flatMap(({ constants }) => constants.map(({ transform }) => transform));
  return Math.max(0, ...transforms.map((transform) => transform?.floats ?? 0)) * BYTES_PER_FLOAT;
}

/** The pixels of an image wait in memory of their own to be widened before the first step. */
function pixelLifetimes(graph: Graph): Lifetime[] {
  return imagesOf(graph).map(([input, shape]) => {
    const bytes = elementCount(shape) * BYTES_PER_FLOAT;
    return { name: pixelsName(input), bytes, from: -1, until: -1 };
  });
}

function imagesOf(graph: Graph): (readonly [input: string, shape: Shape])[] {
  return Object.entries(graph.inputs).filter(([, shape]) => isImage(shape));
}

/** No node has such a name. */
function pixelsName(input: string): string {
  return `pixels ${input}`;
}

/** Pixels widened by one unit. */
const PART_CELLS = 4096;

function bindInputs(
  memory: BumpAllocator,
  graph: Graph,
  maps: ReadonlyMap<string, number>,
): PlanLayout["inputs"] {
  return imagesOf(graph).map(([input, [, height, width]]) => {
    const cells = height * width;
    const step = wasmStep("widenPixels", Math.ceil(cells / PART_CELLS), {
      source: maps.get(pixelsName(input)) as number,
      destination: maps.get(input) as number,
      cells,
      partCells: PART_CELLS,
    });
    return { ...step, input, address: memory.reserve(fieldCount(step.function) * BYTES_PER_FLOAT) };
  });
}

/** Tells each kernel where its maps and constants are, and reserves the fields of the calls that it then makes. */
function bindNodes(
  memory: BumpAllocator,
  graph: Graph,
  kernels: readonly WasmKernel[],
  groups: ReadonlyMap<string, FusedGroup>,
  constants: readonly (readonly number[])[],
  maps: ReadonlyMap<string, number>,
  threads: number,
): PlannedNode[] {
  const reserveFields = (step: WasmStep): PlannedStep => ({
    ...step,
    address: memory.reserve(fieldCount(step.function) * BYTES_PER_FLOAT),
  });
  /** By layer: the call with which a fused successor computes it. */
  const calls = new Map<string, number>();
  return graph.nodes.map((node, index): PlannedNode => {
    const kernel = kernels[index];
    const inputs = node.inputs.map((name) => maps.get(name) as number);
    const residual = node.epilogue?.residual ? (inputs.pop() as number) : 0;
    const output = maps.get(node.name) as number;
    const workspace = maps.get(workspaceName(index)) ?? 0;
    const at = { inputs, residual, output, constants: constants[index], workspace, threads };
    const group = groups.get(node.name);
    const steps = kernel.steps(at).map(reserveFields);
    const before = group && fusedPredecessor(group, node.name);
    const [fusedStep] =
      before === undefined ? [] : kernel.steps({ ...at, predecessor: calls.get(before) }).map(reserveFields);
    if (group) calls.set(node.name, (fusedStep ?? steps[0]).address);
    return { node, kernel, constants: constants[index], steps, group, fusedStep };
  });
}

function fieldCount(name: keyof typeof WASM_CALLS): number {
  return Object.keys(WASM_CALLS[name]).length;
}

const MAX_FIELDS = Math.max(
  ...Object.keys(WASM_CALLS).map((name) => fieldCount(name as keyof typeof WASM_CALLS)),
);

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
} from "../../kernels/wasm/kernel.ts";
import type { Shape } from "../../tensor.ts";
import { type Lifetime, mapLifetimes } from "../lifetimes.ts";
import { kernelCall } from "../preparedNode.ts";
import { innerLayers, type LayerGroup } from "./innerLayers.ts";
import { WASM_KERNELS } from "./kernels.ts";
import { align, placeMaps } from "./placeMaps.ts";

/** A node and where all that it reads and writes lies, in bytes from the start of memory. */
export interface PlannedNode {
  readonly node: GraphNode;
  readonly kernel: WasmKernel;
  /** Of each constant of the kernel. */
  readonly constants: readonly number[];
  readonly steps: readonly PlannedStep[];
  /** Set where it may be computed together with others. */
  readonly group?: LayerGroup;
  /** Takes the place of `steps` where the members of the group before it are computed inside. */
  readonly groupStep?: PlannedStep;
}

export interface PlannedStep extends WasmStep {
  /** Of the fields. */
  readonly address: number;
}

/** Everything about a graph's memory, worked out before any of it exists. */
export interface PlanLayout {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Of every value, nodes' and inputs'. Those of different lifetimes share. */
  readonly maps: ReadonlyMap<string, number>;
  /** Of every value and every layer's workspace. */
  readonly lifetimes: readonly Lifetime[];
  readonly nodes: readonly PlannedNode[];
  /** One address for each thread. */
  readonly scratch: readonly number[];
  /** Where constants pass through while they are written: maps come there later. */
  readonly passing: { readonly fields: number; readonly floats: number };
  readonly bytes: {
    readonly constants: number;
    readonly scratch: number;
    readonly maps: number;
    readonly total: number;
  };
}

/** The first bytes stay unused: 0 stands for "none" where an address may be missing. */
const START = 64;

/** Memory holds, in this order: the calls' fields, weights, scratch, maps. */
export function planLayout(graph: Graph, choices: WasmChoices, threads = 1): PlanLayout {
  const shapes = shapesByName(graph);
  const kernels = graph.nodes.map((node) => {
    const kernelOf = WASM_KERNELS[node.op as OpName] as WasmKernelOf<object>;
    return kernelOf(kernelCall(node, shapes), choices);
  });

  let end = START;
  const reserve = (bytes: number) => {
    const address = end;
    end = align(end + bytes);
    return address;
  };
  const groups = innerLayers(graph, kernels);
  // How many steps a kernel has, and how long their fields are, does not depend on addresses.
  const fields = kernels.map((kernel) =>
    kernel.steps(NOWHERE).map((step) => reserve(fieldCount(step) * BYTES_PER_FLOAT)),
  );
  const groupFields = graph.nodes.map(({ name }) =>
    insideOf(groups, name) === undefined ? undefined : reserve(MAX_FIELDS * BYTES_PER_FLOAT),
  );
  const constants = kernels.map((kernel) =>
    kernel.constants.map(({ floats }) => reserve(floats * BYTES_PER_FLOAT)),
  );
  const constantBytes = end;
  const passingFields = reserve(MAX_FIELDS * BYTES_PER_FLOAT);
  const passingFloats = Math.max(
    0,
    ...kernels.flatMap(({ constants: list }) => list.map(({ transform }) => transform?.floats ?? 0)),
  );
  const places = new Map(graph.nodes.map(({ name }, place) => [name, place]));
  const scratchBytes = kernels.reduce((most, { scratchBytes: own, asHost }, index) => {
    const inner = groups.get(graph.nodes[index].name)?.inner ?? [];
    const theirs = inner.map(
      (name) => kernels[places.get(name) as number].asInner?.scratchBytes(asHost?.cells ?? 0) ?? 0,
    );
    return Math.max(
      most,
      theirs.reduce((sum, bytes) => sum + bytes, own),
    );
  }, 0);
  const scratch = Array.from({ length: threads }, () => reserve(scratchBytes));
  const workspaces = kernels.map(({ workspaceBytes = 0 }, index) => workspaceLifetime(index, workspaceBytes));
  const used = workspaces.filter(({ bytes }) => bytes > 0);
  // A layer inside another reads its inputs when that one runs.
  const lastStep = (index: number) => {
    const { name } = graph.nodes[index];
    return places.get(groups.get(name)?.last ?? name) ?? index;
  };
  const lifetimes = [...mapLifetimes(graph, planarBytes, lastStep), ...used];
  const placement = placeMaps(lifetimes);
  const firstMap = reserve(Math.max(placement.bytes, passingFloats * BYTES_PER_FLOAT));
  const maps = new Map([...placement.offsets].map(([name, offset]) => [name, firstMap + offset]));

  const nodes = graph.nodes.map((node, index): PlannedNode => {
    const inputs = node.inputs.map((name) => maps.get(name) as number);
    const residual = node.epilogue?.residual ? (inputs.pop() as number) : 0;
    const output = maps.get(node.name) as number;
    const workspace = maps.get(workspaces[index].name) ?? 0;
    const at = { inputs, residual, output, constants: constants[index], workspace };
    const steps = kernels[index].steps(at).map((step, i) => ({ ...step, address: fields[index][i] }));
    const planned = {
      node,
      kernel: kernels[index],
      constants: constants[index],
      steps,
      group: groups.get(node.name),
    };
    const inside = insideOf(groups, node.name);
    const address = groupFields[index];
    if (inside === undefined || address === undefined) return planned;
    const before = places.get(inside) as number;
    const inner = groupFields[before] ?? fields[before][0];
    const [step] = kernels[index].steps({ ...at, inner });
    return { ...planned, groupStep: { ...step, address } };
  });
  const bytes = {
    constants: constantBytes,
    scratch: scratchBytes * threads,
    maps: placement.bytes,
    total: end,
  };
  const passing = { fields: passingFields, floats: firstMap };
  return { shapes, maps, lifetimes, nodes, scratch, passing, bytes };
}

/** Writes the fields of a step's call where its function reads them. */
export function writeFields(memory: DataView, { function: name, fields, address }: PlannedStep): void {
  for (const [index, [field, type]] of Object.entries(WASM_CALLS[name]).entries()) {
    const at = address + index * BYTES_PER_FLOAT;
    if (type === "f32") memory.setFloat32(at, fields[field], true);
    else memory.setInt32(at, fields[field], true);
  }
}

const MAX_FIELDS = Math.max(...Object.values(WASM_CALLS).map((fields) => Object.keys(fields).length));

const NOWHERE = { inputs: [0, 0], residual: 0, output: 0, constants: [], workspace: 0 };

function fieldCount(step: WasmStep): number {
  return Object.keys(WASM_CALLS[step.function]).length;
}

/** Of the node at that place; no node has such a name. */
function workspaceLifetime(index: number, bytes: number): Lifetime {
  return { name: `workspace ${index}`, bytes, from: index, until: index };
}

/** The layer that may be computed inside the named one. */
function insideOf(groups: ReadonlyMap<string, LayerGroup>, name: string): string | undefined {
  const group = groups.get(name);
  if (!group) return undefined;
  const members = [...group.inner, group.last];
  return members[members.indexOf(name) - 1];
}

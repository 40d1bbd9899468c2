/** Where to draw the blocks of a network. */
import { type Graph, type GraphNode, neededNodes } from "../graph/graph.ts";
import type { OpFamily } from "../graph/op.ts";
import { OPS } from "../kernels/ops.ts";
import type { Shape } from "../tensor.ts";
import { blocksOf, smallestBlocks } from "./blocks.ts";

/** A block or an input of the network, with its place in a grid. */
export interface PlacedBlock {
  readonly name: string;
  /** In the graph's order. Empty for an input of the network. */
  readonly nodes: readonly GraphNode[];
  /** What it does: the first of `FAMILIES` that occurs among its ops. */
  readonly family: OpFamily | "input";
  /** Of its last value. */
  readonly shape: Shape;
  /** Blocks that it reads from, by name. */
  readonly inputs: readonly string[];
  /** Outputs of the network that it computes. */
  readonly outputs: readonly string[];
  /** Whether the outputs depend on it. */
  readonly needed: boolean;
  /** How often the input's height is halved, or the next free row below. */
  readonly row: number;
  /** The longest path from an input. */
  readonly column: number;
}

/** What tells most about a block comes first: nearly all have a convolution and something elementwise. */
export const FAMILIES: readonly OpFamily[] = ["pooling", "upsampling", "convolution", "sum", "elementwise"];

/**
 * Rows are resolutions and columns are depths, so that networks show their form: a pyramid, or the V of an hourglass.
 * Takes a few milliseconds for 800 nodes.
 */
export function networkLayout(graph: Graph): readonly PlacedBlock[] {
  const unplaced = readBlocks(graph);
  const columns = columnsOf(unplaced);
  const height = Math.max(...Object.values(graph.inputs).map((shape) => shape[1]));
  const rowAt = ({ shape }: Unplaced) => Math.max(0, Math.round(Math.log2(height / shape[1])));
  const rows = new Map<string, number>();
  const taken = new Set<string>();
  const place = ({ name }: Unplaced, row: number) => {
    taken.add(`${columns.get(name)} ${row}`);
    rows.set(name, row);
  };
  const isFree = ({ name }: Unplaced, row: number) => !taken.has(`${columns.get(name)} ${row}`);
  for (const block of unplaced) if (isFree(block, rowAt(block))) place(block, rowAt(block));
  for (const block of unplaced) {
    if (rows.has(block.name)) continue;
    let row = rowAt(block);
    while (!isFree(block, row)) row++;
    place(block, row);
  }
  return unplaced.map((block) => {
    return { ...block, row: rows.get(block.name) as number, column: columns.get(block.name) as number };
  });
}

type Unplaced = Omit<PlacedBlock, "row" | "column">;

/** Inputs of the network first, then its blocks in the order of their first nodes. */
function readBlocks(graph: Graph): Unplaced[] {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const order = new Map(graph.nodes.map(({ name }, index) => [name, index]));
  const needed = new Set(neededNodes(graph));
  const outputs = Object.entries(graph.outputs);
  const home = new Map(Object.keys(graph.inputs).map((name) => [name, name]));
  const blocks = [...smallestBlocks(blocksOf(graph))];
  blocks.sort((a, b) => (order.get(a.nodes[0]) ?? 0) - (order.get(b.nodes[0]) ?? 0));
  for (const block of blocks) for (const node of block.nodes) home.set(node, block.name);
  const inputs = Object.entries(graph.inputs).map(([name, shape]): Unplaced => {
    return { name, nodes: [], family: "input", shape, inputs: [], outputs: [], needed: true };
  });
  return [
    ...inputs,
    ...blocks.map(({ name, nodes: names }): Unplaced => {
      const inside = names.map((node) => nodes.get(node) as GraphNode);
      const read = inside.flatMap((node) => node.inputs.map((input) => home.get(input) as string));
      return {
        name,
        nodes: inside,
        family: familyOf(inside),
        shape: inside[inside.length - 1].shape,
        inputs: [...new Set(read)].filter((input) => input !== name),
        outputs: outputs.filter(([, node]) => names.includes(node)).map(([output]) => output),
        needed: inside.some((node) => needed.has(node)),
      };
    }),
  ];
}

function familyOf(nodes: readonly GraphNode[]): OpFamily {
  const families = new Set(nodes.map(({ op }) => OPS[op as keyof typeof OPS].family));
  return FAMILIES.find((family) => families.has(family)) as OpFamily;
}

/** An edge that leads back, where two blocks read each other, does not count. */
function columnsOf(blocks: readonly Unplaced[]): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const { name, inputs } of blocks) {
    const before = inputs.map((input) => columns.get(input) ?? -1);
    columns.set(name, 1 + Math.max(-1, ...before));
  }
  return columns;
}

import type { Graph } from "../graph/graph.ts";

/** A part of a network: a scope of the tree of names, or a single node. */
export interface Block {
  /** `backbone.block4`; the node's name if it is one node, "" if it is the whole network. */
  readonly name: string;
  /** Names of all nodes in it, in the graph's order. */
  readonly nodes: readonly string[];
  /** What it consists of. Empty if it is small enough to be shown as one box. */
  readonly parts: readonly Block[];
}

/** So that a residual, an inverted residual and a prediction head are one block each. */
const MAX_NODES = 12;

/**
 * A network as a tree of blocks: scopes within scopes, down to the largest scopes of at most 12 nodes. Nodes that lie
 * directly in a larger scope are blocks of their own. The network itself always has parts.
 */
export function blocksOf(graph: Graph): Block {
  return blockOf(
    "",
    graph.nodes.map(({ name }) => name),
  );
}

/** The blocks of a tree that consist of no others, in the graph's order of their first nodes. */
export function smallestBlocks(block: Block): readonly Block[] {
  return block.parts.length === 0 ? [block] : block.parts.flatMap(smallestBlocks);
}

function blockOf(name: string, nodes: readonly string[]): Block {
  if (name !== "" && nodes.length <= MAX_NODES) return { name, nodes, parts: [] };
  const parts = new Map<string, string[]>();
  for (const node of nodes) {
    const part = partOf(node, name);
    parts.set(part, [...(parts.get(part) ?? []), node]);
  }
  return { name, nodes, parts: [...parts].map(([part, inside]) => blockOf(part, inside)) };
}

/** The scope one level below `scope` that a node lies in, or the node itself. */
function partOf(node: string, scope: string): string {
  const dot = node.indexOf(".", scope === "" ? 0 : scope.length + 1);
  return dot < 0 ? node : node.slice(0, dot);
}

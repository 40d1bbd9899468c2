/** `centernet compare --list`: the names under which tensors are compared. */

import type { Dump } from "../../compare/dump/dump.ts";
import { DumpValues, shapeIn } from "../../compare/dump/dumpValues.ts";
import { INPUT, type NameMap } from "../../compare/dump/nodeNames.ts";
import type { Graph } from "../../graph/graph.ts";
import { formatShape, type Layout, type Shape } from "../../tensor.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import { formatTable } from "../terminal/table.ts";

export interface NodeList {
  readonly nodes: readonly ListedNode[];
  /** The tensors of the dump that belong to no node. Present if there is a dump. */
  readonly surplus?: readonly string[];
}

interface ListedNode {
  readonly name: string;
  /** [1, height, width, channels] */
  readonly shape: Shape;
  /** Present if there is a dump: its tensor, if it has one. */
  readonly dump?: {
    readonly name: string;
    readonly shape: readonly number[];
    readonly layout?: Layout;
  } | null;
}

export interface NamedDump {
  readonly dump: Dump;
  readonly names?: NameMap;
  readonly layout?: Layout;
}

/** The network's input and its nodes; with a dump, which tensor each of them is. */
export function nodeList({ inputs, nodes }: Graph, named?: NamedDump): NodeList {
  const [input] = Object.values(inputs);
  const all = [{ name: INPUT, shape: input }, ...nodes.map(({ name, shape }) => ({ name, shape }))];
  if (!named) return { nodes: all };
  const { dump } = named;
  const values = new DumpValues(
    dump,
    nodes.map(({ name }) => name),
    named,
  );
  return {
    nodes: all.map((node) => {
      const name = values.tensorOf(node.name);
      const tensor = name === undefined ? undefined : dump.tensors.get(name);
      if (name === undefined || !tensor) return { ...node, dump: null };
      return {
        ...node,
        dump: { name, shape: tensor.shape, ...(tensor.layout && { layout: tensor.layout }) },
      };
    }),
    surplus: values.surplus,
  };
}

export function nodeListLines({ nodes, surplus }: NodeList): string[] {
  const table = formatTable(
    [
      { heading: "name", align: "left" },
      { heading: "shape (NHWC)", align: "left" },
      { heading: surplus ? "in the dump" : "as NCHW", align: "left" },
    ],
    nodes.map(({ name, shape, dump }) => [
      name,
      formatShape(shape),
      surplus
        ? dump
          ? `${formatShape(dump.shape)} ${dump.name === name ? "" : dump.name}`
          : "-"
        : shapeIn("NCHW", shape),
    ]),
  );
  if (!surplus) return table;
  const missing = nodes.filter(({ dump }) => dump === null).length;
  const lines = [...table, "", `${formatCounted(missing, "name")} not in the dump`];
  return surplus.length === 0 ? lines : [...lines, `only in the dump: ${surplus.join(", ")}`];
}

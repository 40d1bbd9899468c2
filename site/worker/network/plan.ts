/** The plan of a network: its blocks with their places, and what there is to say of each layer without running it. */
import {
  CELL_SUM_OPS,
  describeGraph,
  describeOp,
  type Graph,
  type GraphNode,
  networkLayout,
  receptiveFields,
} from "centernet";
import { missing } from "./tapped.ts";

export function planOf(graph: Graph) {
  const described = describeGraph(graph);
  const layers = new Map(described.layers.map((layer) => [layer.name, layer]));
  const fields = receptiveFields(graph);
  return {
    totals: described.totals,
    inputs: graph.inputs,
    blocks: networkLayout(graph).map((block) => ({
      ...block,
      nodes: block.nodes.map((node) => {
        const { shape, parameters, multiplyAdds, needed } = layers.get(node.name) ?? missing(node.name);
        const { name, inputs, op, fused = [] } = node;
        return {
          name,
          inputs,
          /** The op and the parts of its epilogue, in their order. */
          ops: opsOf(node),
          formulas: opsOf(node).map((each) => [each, describeOp(each).formula] as const),
          kernel: op,
          fused,
          roles: Object.keys(node.parameters),
          canWriteOut:
            CELL_SUM_OPS.some((known) => known === op) && inputs.every((input) => layers.has(input)),
          shape,
          parameters,
          multiplyAdds,
          needed,
          field: fields[name],
        };
      }),
    })),
  };
}

function opsOf({ op, epilogue }: GraphNode): string[] {
  if (!epilogue) return [op];
  const { bias, residual, activation } = epilogue;
  return [
    op,
    ...(bias ? ["bias"] : []),
    ...(residual ? ["add"] : []),
    ...(activation === "none" ? [] : [activation]),
  ];
}

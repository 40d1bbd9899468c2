import { convolution } from "../../src/blocks/convolution.ts";
import { type Graph, GraphBuilder } from "../../src/graph/graph.ts";
import { caseData } from "../../src/kernels/opCase.ts";
import { type Parameter, shapeOf, type Tensor, tensor } from "../../src/tensor.ts";

/** A chain of 3x3 convolutions, all of the same size. */
export function chain(side: number, channels: number, layers: number): Graph {
  const builder = new GraphBuilder();
  let x = builder.input("x", shapeOf(side, side, channels));
  for (let layer = 0; layer < layers; layer++) {
    x = convolution(x, builder.root.at(`layer${layer}`), { channels, kernel: 3, bias: true });
  }
  builder.output("y", x);
  return builder.build();
}

export function chainWeights(graph: Graph): Map<string, Parameter> {
  return new Map(
    Object.entries(graph.parameters).map(([name, { shape }], seed) => {
      return [name, { shape, data: caseData(shape, seed).map((value) => value / 10) }];
    }),
  );
}

export function chainInputs(graph: Graph, seed = 1): { x: Tensor } {
  const shape = graph.inputs.x;
  return { x: tensor(shape, caseData(shape, seed)) };
}

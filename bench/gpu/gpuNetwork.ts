import type { PeakQuery } from "../../src/backend/peakQuery.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { caseData } from "../../src/kernels/opCase.ts";
import { modelNamed } from "../../src/models/models.ts";
import type { View } from "../../src/models/view.ts";
import { runnable } from "../../src/network.ts";
import { type Tensor, tensor, type Weights } from "../../src/tensor.ts";
import { poseConstants } from "../poseConstants.ts";
import { syntheticWeights } from "../syntheticWeights.ts";

export interface GpuNetwork {
  readonly model: string;
  readonly side: number;
}

export interface Prepared {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Set if the model needs no more of the outputs. */
  readonly peaks?: PeakQuery;
}

export function prepareGraph({ model, side }: GpuNetwork): Prepared {
  const size = { height: side, width: side };
  const declared = modelNamed(model).graph(size);
  const graph = runnable(declared, true);
  const inputs = Object.entries(graph.inputs).map(([name, shape]) => {
    return [
      name,
      tensor(
        shape,
        caseData(shape, 1).map((value) => 127.5 + 127.5 * value),
      ),
    ];
  });
  return {
    graph,
    weights: syntheticWeights(declared),
    inputs: Object.fromEntries(inputs),
    peaks: firstView({ model, side }, new Uint8Array(side * side * 3)).peaks?.query,
  };
}

/** The inputs of the first view of an image of that size: sampled on the device, or a map made on the host. */
export function imageInputs(network: GpuNetwork): Readonly<Record<string, Tensor>> {
  const data = Uint8Array.from({ length: network.side ** 2 * 3 }, (_, i) => (i * 1733) % 8191);
  return firstView(network, data).inputs();
}

function firstView({ model, side }: GpuNetwork, data: Uint8Array): View<unknown> {
  const size = { height: side, width: side };
  const loaded = { size, constants: poseConstants(size) };
  return modelNamed(model).views({ ...size, data }, loaded, {}).views[0];
}

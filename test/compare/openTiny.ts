import type { Executor } from "../../src/backend/executor.ts";
import { Detector } from "../../src/detect.ts";
import { wasmExecutor } from "../../src/executors/wasm/wasmExecutor.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { openModel } from "../../src/loading/openWeights.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import type { Model } from "../../src/models/model.ts";
import { Network } from "../../src/network.ts";
import type { Parameter } from "../../src/tensor.ts";

/** Small enough to be loaded many times. */
export const TINY = { height: 64, width: 96 };

export interface Changes {
  /** Of a copy of the graph, before folding and fusing. */
  readonly graph?: (graph: Graph) => Graph;
  readonly weights?: (weights: Map<string, Parameter>) => void;
  readonly fuse?: boolean;
}

/** The default model at a small size, as it is and with faults, on one executor without threads. */
export class TinyModels {
  private constructor(
    readonly model: Model,
    readonly weights: ReadonlyMap<string, Parameter>,
    readonly executor: Executor,
  ) {}

  static async open(): Promise<TinyModels> {
    const { model, checkpoint } = await openModel("movenet-multipose");
    const weights = await readWeights(checkpoint, model, TINY);
    await checkpoint.close?.();
    return new TinyModels(model, weights, await wasmExecutor({ threads: 1 }));
  }

  get graph(): Graph {
    return this.model.graph(TINY, this.weights);
  }

  async detector({
    graph: change = (graph) => graph,
    weights: spoil,
    fuse = true,
  }: Changes = {}): Promise<Detector> {
    const weights = new Map(this.weights);
    spoil?.(weights);
    const model: Model = {
      ...this.model,
      graph: (size, constants) => change(this.model.graph(size, constants)),
    };
    const { executor } = this;
    return new Detector(
      await Network.open({ model, inputSize: TINY, weights, executor, fuse, notes: [] }),
      0,
    );
  }
}

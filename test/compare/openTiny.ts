import type { Executor } from "../../src/backend/executor.ts";
import { Detector } from "../../src/detect.ts";
import { wasmExecutor } from "../../src/executors/wasm/wasmExecutor.ts";
import { openModelWeights } from "../../src/loading/openWeights.ts";
import { readWeights } from "../../src/loading/readWeights.ts";
import type { Model } from "../../src/models/model.ts";
import { Network } from "../../src/network.ts";
import type { Parameter } from "../../src/tensor.ts";

export const TINY = { height: 64, width: 96 };

/** The default model at a small size, on one executor without threads. */
export class TinyModels {
  private constructor(
    readonly model: Model,
    readonly weights: ReadonlyMap<string, Parameter>,
    readonly executor: Executor,
  ) {}

  static async open(): Promise<TinyModels> {
    const { model, checkpoint } = await openModelWeights("movenet-multipose");
    const weights = await readWeights(checkpoint, model, TINY);
    await checkpoint.close?.();
    return new TinyModels(model, weights, await wasmExecutor({ threads: 1 }));
  }

  async detector({ fuse = true }: { readonly fuse?: boolean } = {}): Promise<Detector> {
    const { model, executor } = this;
    const weights = new Map(this.weights);
    return new Detector(
      await Network.open({ model, inputSize: TINY, weights, executor, fuse, notes: [] }),
      0,
    );
  }
}

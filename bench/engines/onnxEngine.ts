import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { decodeImage } from "../../src/image/imageFile.ts";
import { modelNamed } from "../../src/models/models.ts";
import type { Tensor } from "../../src/tensor.ts";
import { importPeer } from "../importPeer.ts";
import { toChannelsFirst, toChannelsLast } from "../layouts.ts";
import { inputSizeOf } from "../networks.ts";
import { decodeConstants } from "../readModelWeights.ts";
import type { Engine, EngineSpec } from "./engine.ts";

/** The part of the API used here, which onnxruntime-web and onnxruntime-node share. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: string | Uint8Array, options?: object): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => object;
  readonly env: {
    readonly wasm: { numThreads?: number };
    readonly versions: { readonly common: string };
  };
}

interface OnnxSession {
  run(feeds: Readonly<Record<string, object>>): Promise<Readonly<Record<string, OnnxOutput>>>;
}

interface OnnxOutput {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/**
 * ONNX Runtime on the network's ONNX graph. Only the call of `run` counts as network time. Converting maps to its layout
 * and back, which this project does within its own network time, counts in the total only.
 */
export async function onnxEngine(spec: EngineSpec): Promise<Engine> {
  const { engine, network, files } = spec;
  const ort = await importPeer<OnnxRuntime>(engine);
  const session = await createSession(ort, spec);
  const model = modelNamed(network.model);
  const size = inputSizeOf(network);
  const constants = await decodeConstants(model, size, files.weights);

  const feed = (inputs: Readonly<Record<string, Tensor>>) => {
    const maps = Object.entries(inputs).map(([name, map]) => {
      const [batch, height, width, channels] = map.shape;
      const dims = [batch, channels, height, width];
      return [name, new ort.Tensor("float32", toChannelsFirst(map), dims)];
    });
    return Object.fromEntries(maps);
  };
  const read = (results: Readonly<Record<string, OnnxOutput>>): Record<string, Tensor> => {
    const maps = Object.entries(results).map(([name, { data, dims }]) => {
      const [, channels, height, width] = dims;
      return [name, toChannelsLast([1, height, width, channels], data)];
    });
    return Object.fromEntries(maps);
  };
  return {
    title: `${engine} ${ort.env.versions.common}`,
    async run(image) {
      const start = performance.now();
      const { views, combine } = model.views(decodeImage(image, "the image"), { size, constants }, {});
      const [view] = views;
      const feeds = feed(view.inputs());
      const before = performance.now();
      const results = await session.run(feeds);
      const after = performance.now();
      combine([view.decode(read(results))]);
      return { network: after - before, total: performance.now() - start };
    },
    async outputs(image) {
      const [view] = model.views(decodeImage(image, "the image"), { size, constants }, {}).views;
      return read(await session.run(feed(view.inputs())));
    },
  };
}

/** All optimizations are on. The web runtime takes files as bytes, the native one finds the weights itself. */
async function createSession(ort: OnnxRuntime, { engine, files, threads }: EngineSpec): Promise<OnnxSession> {
  const { onnx = "" } = files;
  const options = { graphOptimizationLevel: "all" };
  if (engine === "onnxruntime-node") {
    const threading = { intraOpNumThreads: threads, interOpNumThreads: 1 };
    return ort.InferenceSession.create(onnx, { ...options, ...threading, executionProviders: ["cpu"] });
  }
  ort.env.wasm.numThreads = threads;
  const data = `${onnx}.data`;
  const externalData = [{ path: basename(data), data: new Uint8Array(await readFile(data)) }];
  const model = new Uint8Array(await readFile(onnx));
  return ort.InferenceSession.create(model, { ...options, externalData, executionProviders: ["wasm"] });
}

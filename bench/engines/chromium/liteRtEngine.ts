import type * as centernet from "../../../src/index.ts";
import { shapeOf, type Tensor } from "../../../src/tensor.ts";
import { importPeer } from "../../importPeer.ts";
import { inputSizeOf } from "../../networks.ts";
import { decodeConstants } from "../../readModelWeights.ts";
import type { Engine, EngineSpec } from "../engine.ts";

/** The part of the API used here. */
interface LiteRt {
  loadLiteRt(folder: string, options: { threads: boolean }): Promise<unknown>;
  loadAndCompile(model: string, options: object): Promise<LiteRtModel>;
  readonly Tensor: new (data: Float32Array, shape: readonly number[]) => LiteRtTensor;
}
interface LiteRtModel {
  run(inputs: Readonly<Record<string, LiteRtTensor>>): Promise<Readonly<Record<string, LiteRtTensor>>>;
}
interface LiteRtTensor {
  readonly type: { readonly layout: { readonly dimensions: Int32Array } };
  data(): Promise<Float32Array>;
  delete(): void;
}

/** Where the page has the package's WebAssembly. */
const WASM = "/litert/wasm";

/**
 * LiteRT.js on the network's TFLite file, on the processor (XNNPACK in WebAssembly). Maps have this project's layout. The
 * network's time includes copying them into its memory and out of it, as that of the other engines in WebAssembly does.
 */
export async function liteRtEngine(
  { network, files, threads }: EngineSpec,
  { decodeImage, modelNamed }: typeof centernet,
  version: string,
): Promise<Engine> {
  const { loadLiteRt, loadAndCompile, Tensor } = await importPeer<LiteRt>("@litertjs/core");
  await loadLiteRt(WASM, { threads: threads > 1 });
  const options = { accelerator: "wasm", cpuOptions: { numThreads: threads } };
  const compiled = await loadAndCompile(files.tflite ?? "", options);
  const model = modelNamed(network.model);
  const size = inputSizeOf(network);
  const constants = await decodeConstants(model, size, files.weights);

  const run = async (maps: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> => {
    const inputs = Object.entries(maps).map(
      ([name, { data, shape }]) => [name, new Tensor(data, shape)] as const,
    );
    const results = Object.entries(await compiled.run(Object.fromEntries(inputs)));
    const outputs = results.map(async ([name, tensor]) => {
      const [, height, width, channels] = tensor.type.layout.dimensions;
      return [name, { shape: shapeOf(height, width, channels), data: await tensor.data() }] as const;
    });
    const read = Object.fromEntries(await Promise.all(outputs));
    for (const [, tensor] of [...inputs, ...results]) tensor.delete();
    return read;
  };
  const viewsOf = (image: Uint8Array) => model.views(decodeImage(image), { size, constants }, {});
  return {
    title: `LiteRT.js ${version}`,
    async run(image) {
      const start = performance.now();
      const { views, combine } = viewsOf(image);
      const [view] = views;
      const inputs = view.inputs();
      // Reading `data` makes the input now.
      for (const input of Object.values(inputs)) void input.data;
      const before = performance.now();
      const outputs = await run(inputs);
      const after = performance.now();
      combine([view.decode(outputs)]);
      return { network: after - before, total: performance.now() - start };
    },
    outputs: async (image) => run(viewsOf(image).views[0].inputs()),
  };
}

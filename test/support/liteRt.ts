import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { importPeer } from "../../bench/importPeer.ts";
import type { Tensor } from "../../src/tensor.ts";
import { mayBeLeftOut } from "./required.ts";

interface LiteRt {
  loadLiteRt(folder: string): Promise<unknown>;
  loadAndCompile(model: Uint8Array, options: { accelerator: "wasm" }): Promise<LiteRtModel>;
  readonly Tensor: new (data: Float32Array, shape: readonly number[]) => LiteRtTensor;
}
interface LiteRtModel {
  run(inputs: Readonly<Record<string, LiteRtTensor>>): Promise<Readonly<Record<string, LiteRtTensor>>>;
  delete(): void;
}
interface LiteRtTensor {
  readonly type: { readonly layout: { readonly dimensions: Iterable<number> } };
  data(): Promise<Float32Array>;
}

const PACKAGE = "bench/node_modules/@litertjs/core";
/** Whether the peers are missing, which are dependencies of bench/ alone: `npm ci --prefix bench` installs them. */
export const WITHOUT_LITERT = !existsSync(PACKAGE) && mayBeLeftOut;

const runtimes: Promise<LiteRt>[] = [];

/** Opens a TFLite file in LiteRT.js, to be run as often as wanted. */
export async function openTflite(file: Uint8Array) {
  if (runtimes.length === 0) runtimes.push(loadInNode());
  const { loadAndCompile, Tensor } = await runtimes[0];
  const model = await loadAndCompile(file, { accelerator: "wasm" });
  return {
    async run(maps: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
      const inputs = Object.entries(maps).map(([name, { data, shape }]) => [name, new Tensor(data, shape)]);
      const results = Object.entries(await model.run(Object.fromEntries(inputs)));
      const outputs = results.map(async ([name, tensor]) => {
        return [name, { shape: [...tensor.type.layout.dimensions], data: await tensor.data() }];
      });
      return Object.fromEntries(await Promise.all(outputs));
    },
    dispose: () => model.delete(),
  };
}

/**
 * The build without relaxed SIMD, which every Node runs. The package is written for pages, but its WebAssembly is not: it
 * only has to find what a worker has.
 */
async function loadInNode(): Promise<LiteRt> {
  const folder = join(process.cwd(), PACKAGE, "wasm");
  const wasmBinary = readFileSync(join(folder, "litert_wasm_compat_internal.wasm"));
  Object.assign(globalThis, {
    self: globalThis,
    require: createRequire(join(folder, "litert.js")),
    __dirname: folder,
    __filename: join(folder, "litert.js"),
    importScripts: (path: string) => runInThisContext(readFileSync(path, "utf8"), { filename: path }),
    Module: { wasmBinary, print: () => {}, printErr: () => {} },
  });
  const runtime = await importPeer<LiteRt>("@litertjs/core");
  await runtime.loadLiteRt(join(folder, "litert_wasm_compat_internal.js"));
  return runtime;
}

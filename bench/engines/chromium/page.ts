/** The functions of the page in Chromium. Engines are loaded into it and answer as those in processes do. */
import type * as centernet from "../../../src/index.ts";
import type { Engine, EngineOutputs, EngineSpec, RunTimes } from "../engine.ts";
import { ownEngine } from "../ownEngine.ts";
import { liteRtEngine } from "./liteRtEngine.ts";

/** What the page does not know by itself. */
export interface PageSpec {
  /** Its files are addresses. */
  readonly spec: EngineSpec;
  /** Of the package or the peer. */
  readonly version: string;
}

/** The built package, so that pages get what was measured. */
const LIBRARY = "/library/index.js";

const engines: { readonly engine: Engine; readonly image: Uint8Array }[] = [];

const page = {
  /** `index` says which of the page's engines it is. */
  async load({ spec, version }: PageSpec): Promise<{ title: string; load: number; index: number }> {
    const image = new Uint8Array(await (await fetch(spec.files.image)).arrayBuffer());
    const library = (await import(/* @vite-ignore */ LIBRARY)) as typeof centernet;
    const start = performance.now();
    const engine =
      spec.engine === "centernet"
        ? await ownEngine(spec, library, version)
        : await liteRtEngine(spec, library, version);
    const load = performance.now() - start;
    return { title: engine.title, load, index: engines.push({ engine, image }) - 1 };
  },

  run(index: number): Promise<RunTimes> {
    const { engine, image } = engines[index];
    return engine.run(image);
  },

  outputs(index: number): Promise<EngineOutputs> {
    const { engine, image } = engines[index];
    return engine.outputs(image);
  },
};

export type NetworkPage = typeof page;
Object.assign(globalThis, { page });

/** The program of an engine's process: it loads one engine and handles the parent's messages one at a time. */
import { readFile } from "node:fs/promises";
import { version } from "../../src/cli/version.ts";
import type { Fault } from "../../src/errors.ts";
import { prepareNetwork } from "../prepareNetwork.ts";
import type { Answer, Request } from "./childEngine.ts";
import type { Engine, EngineSpec } from "./engine.ts";
import { library } from "./library.ts";
import { onnxEngine } from "./onnxEngine.ts";
import { ownEngine } from "./ownEngine.ts";
import { pythonEngine } from "./python/pythonEngine.ts";
import { tfjsEngine } from "./tfjsEngine.ts";

const ENGINES: Readonly<Record<EngineSpec["engine"], (spec: EngineSpec) => Promise<Engine>>> = {
  centernet: async (spec) => ownEngine(spec, await library(), version()),
  "litert-js": async () => {
    throw new Error("it runs in pages only");
  },
  "onnxruntime-node": onnxEngine,
  "onnxruntime-web": onnxEngine,
  "tfjs-backend-wasm": tfjsEngine,
  openvino: pythonEngine,
  pytorch: pythonEngine,
  xnnpack: pythonEngine,
};

let engine: Engine | undefined;
let image = new Uint8Array(0);

process.on("message", async (request: Request) => {
  try {
    reply({ value: await answer(request) });
  } catch (error) {
    reply({ fault: faultOf(error, request) });
  }
});
// The parent is gone: there will be no further requests.
process.on("disconnect", () => process.exit());

async function answer(request: Request): Promise<unknown> {
  if (request.kind === "prepare") return prepareNetwork(request.network, request.folder);
  if (request.kind === "load") {
    image = new Uint8Array(await readFile(request.spec.files.image));
    const start = performance.now();
    engine = await ENGINES[request.spec.engine](request.spec);
    return { title: engine.title, load: performance.now() - start };
  }
  if (!engine) throw new Error("nothing is loaded");
  switch (request.kind) {
    case "run":
      return engine.run(image);
    case "outputs":
      return engine.outputs(image);
    case "memory":
      return (
        engine.memory?.() ?? {
          resident: process.memoryUsage.rss(),
          peak: process.resourceUsage().maxRSS * 1024,
        }
      );
  }
}

/** Also recognizes errors of the built package, whose classes are not those of this bundle. */
function faultOf(error: unknown, { kind }: Request): Fault {
  if (error instanceof Error && "fault" in error) return error.fault as Fault;
  const got = error instanceof Error ? error.message : String(error);
  return { where: `process ${process.pid}`, expected: `it to ${kind}`, got };
}

function reply(answer: Answer): void {
  process.send?.(answer);
}

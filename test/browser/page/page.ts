// What the tests call inside the page. The op tables come from the sources, the detector from the built
// bundle, and both go through the bundler's minifier, which must not change what the kernels say.
import { load } from "centernet";
import type { Executor } from "../../../src/executors/executor.ts";
import { gpujsExecutor } from "../../../src/executors/gpujs/gpujsExecutor.ts";
import { availableModes, type GpujsMode } from "../../../src/executors/gpujs/modes.ts";
import { wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import { wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import { CASES } from "../../../src/kernels/cases.ts";
import type { OpName } from "../../../src/kernels/ops.ts";
import { formatReport } from "../../../src/verify/formatReport.ts";
import { readGoldenCase } from "../../../src/verify/goldenCase.ts";
import { verifyModel } from "../../../src/verify/verifyModel.ts";
import { opCaseDifference } from "../../support/opCaseDifference.ts";

type Mode = GpujsMode | "wasm" | "wgsl";

const executors = new Map<Mode, Promise<Executor>>();

function executorOf(mode: Mode): Promise<Executor> {
  const executor = executors.get(mode) ?? makeExecutor(mode);
  executors.set(mode, executor);
  return executor;
}

function makeExecutor(mode: Mode): Promise<Executor> {
  if (mode === "wgsl") return wgslExecutor();
  return mode === "wasm" ? wasmExecutor() : gpujsExecutor({ mode });
}

const tests = {
  modes: availableModes,
  isolated: async () => globalThis.crossOriginIsolated,

  /** The largest difference of every case of an op, by title. */
  async op(mode: Mode, op: OpName): Promise<Record<string, number>> {
    const differences: Record<string, number> = {};
    for (const opCase of CASES[op]) {
      differences[opCase.title] = await opCaseDifference(await executorOf(mode), op, opCase);
    }
    return differences;
  },

  async verify(mode: Mode, model: string, folder: string) {
    const golden = await readGoldenCase((name) => bytesOf(`${folder}/${name}`), folder);
    const report = await verifyModel(model, golden, {
      backend: mode,
      weights: `/weights/${model}.safetensors`,
    });
    return { pass: report.pass, text: formatReport(report) };
  },

  async detect(mode: Mode, model: string, picture: string) {
    const detector = await load(model, { backend: mode, weights: `/weights/${model}.safetensors` });
    const { detections, backend } = await detector.detect(await bytesOf(picture));
    await detector.dispose();
    return { detections, backend };
  },
};

async function bytesOf(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

export type PageTests = typeof tests;
Object.assign(globalThis, { tests });

// What the tests call inside the page. The op tables come from the sources, the detector from the built
// bundle, and both go through the bundler's minifier, which must not change what the kernels say.
import { load } from "centernet";
import type { Executor } from "../../../src/backend/executor.ts";
import { gpujsExecutor } from "../../../src/executors/gpujs/gpujsExecutor.ts";
import { availableModes, type GpujsMode } from "../../../src/executors/gpujs/modes.ts";
import { type WasmOptions, wasmExecutor } from "../../../src/executors/wasm/wasmExecutor.ts";
import type { Gpu } from "../../../src/executors/wgsl/device/webgpu.ts";
import { wgslExecutor } from "../../../src/executors/wgsl/wgslExecutor.ts";
import type { Graph } from "../../../src/graph/graph.ts";
import { decodeImage } from "../../../src/image/imageFile.ts";
import { readImageSource } from "../../../src/imageSources/readImageSource.ts";
import { CASES } from "../../../src/kernels/cases.ts";
import type { WasmBuild } from "../../../src/kernels/kernel.ts";
import type { OpName } from "../../../src/kernels/ops.ts";
import { openWeightsFile } from "../../../src/loading/openWeights.ts";
import { ZOO } from "../../../src/models/zoo/zoo.ts";
import { type ZooArchitecture, zooGraph } from "../../../src/models/zoo/zooArchitecture.ts";
import { loadNetwork, type NetworkOptions, runnable } from "../../../src/network.ts";
import { fileKind } from "../../../src/support/fileKind/fileKind.ts";
import { formatReport } from "../../../src/verify/formatReport.ts";
import { type GoldenCase, readGoldenCase } from "../../../src/verify/goldenCase.ts";
import type { CaseReport } from "../../../src/verify/verifyCase.ts";
import { verifyModel } from "../../../src/verify/verifyModel.ts";
import { verifyTriplet } from "../../../src/verify/verifyTriplet.ts";
import { gpuWith } from "../../support/faultyGpu.ts";
import { inputsFor, largestDifference, weightsFor } from "../../support/madeWeights.ts";
import { opCaseDifference } from "../../support/opCaseDifference.ts";
import { stateDictOf } from "../../support/syntheticVariables.ts";
import { letMachineHave } from "../../support/wasmBuild.ts";

type Mode = GpujsMode | "wasm" | "wgsl";
/** A browser whose WebGPU lacks something. */
type PoorGpu = "no WebGPU" | "no adapter" | "no device" | "least limits";
/** What a test chooses of the backend. */
type Choices = Pick<NetworkOptions, "threads" | "precision">;

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

const HOURGLASS_SIZE = { height: 128, width: 128 };

function smallHourglass(): Graph {
  const architecture: ZooArchitecture = { ...ZOO[0].architecture, backbone: "hourglass_10" };
  return runnable(zooGraph(architecture, HOURGLASS_SIZE), true);
}

const tests = {
  modes: availableModes,
  isolated: async () => globalThis.crossOriginIsolated,

  adapter: async (mode: Mode) => (await executorOf(mode)).details.adapter,

  /** The largest difference of every case of an op, by title. */
  async op(mode: Mode, op: OpName): Promise<Record<string, number>> {
    const differences: Record<string, number> = {};
    for (const opCase of CASES[op]) {
      differences[opCase.title] = await opCaseDifference(await executorOf(mode), op, opCase);
    }
    return differences;
  },

  async verify(mode: Mode, model: string, folder: string, choices: Choices = {}) {
    const golden = await goldenAt(folder);
    const weights = `/weights/${model}.safetensors`;
    return summary(await verifyModel(model, golden, { ...choices, backend: mode, weights }));
  },

  /** A golden model of keypoint triplets on `wasm`, from the bytes of the image, in `images`, to the boxes. */
  async verifyTriplet(model: string, name: string, images: string, choices: Choices) {
    const folder = `${model}/${name}`;
    const weights = await stateDictOf((file) => bytesOf(`${model}/${file}`), model);
    const options = { ...choices, backend: "wasm", weights } as const;
    const readPhoto = (file: string) => bytesOf(`${images}/${file}`);
    return summary(await verifyTriplet(undefined, await goldenAt(folder), options, readPhoto));
  },

  /** From now on the page is in such a browser. */
  async haveGpu(poor: PoorGpu): Promise<void> {
    Object.defineProperty(navigator, "gpu", { value: poorGpu(poor), configurable: true });
  },

  /** From now on the page is in a browser whose best build of `wasm` is this one. */
  async haveBuild(build: WasmBuild): Promise<void> {
    letMachineHave(build);
  },

  /** A file of torch.save by its URL, or as the Blob that a user's file is: names, and each one's first value. */
  async torchFile(url: string, asBlob: boolean): Promise<Record<string, number>> {
    const source = asBlob ? await (await fetch(url)).blob() : url;
    const checkpoint = await openWeightsFile(source);
    const first: Record<string, number> = {};
    for (const name of checkpoint.variables.keys()) first[name] = (await checkpoint.read(name))[0];
    return first;
  },

  /** Hourglass-10 on `wasm` against the gpu.js kernels: the largest difference, relative to each map's largest value. */
  async hourglass(options: WasmOptions) {
    const graph = smallHourglass();
    const [weights, inputs] = [weightsFor(graph), inputsFor(graph)];
    const executor = await wasmExecutor(options);
    const got = await (await executor.prepare(graph, weights)).run(inputs);
    await executor.dispose();
    const definition = await gpujsExecutor({ mode: "webasm" });
    const expected = await (await definition.prepare(graph, weights)).run(inputs);
    await definition.dispose();
    return {
      difference: largestDifference(expected.outputs, got.outputs),
      maps: Object.keys(got.outputs).length,
      details: executor.details,
    };
  },

  /** On `wgsl`, what a model finds from what is listed on the device, and from the whole maps of another run. */
  async peaksAndMaps(name: string, image: string) {
    const weights = `/weights/${name}.safetensors`;
    const network = await loadNetwork(name, { backend: "wgsl", weights });
    const { model, inputSize: size, constants } = network;
    const decoded = decodeImage(await bytesOf(image), image);
    const { views, combine } = model.views(decoded, { size, constants }, {});
    const [view] = views;
    const inputs = view.inputs();
    const { peaks } = await network.run(inputs, { peaks: view.peaks?.query });
    const fromMaps = combine([view.decode((await network.run(inputs)).outputs)]).detections;
    await network.dispose();
    if (!view.peaks || !peaks) return { found: false, fromPeaks: [], fromMaps };
    return { found: true, fromPeaks: combine([view.peaks.decode(peaks)]).detections, fromMaps };
  },

  /** A small image of two colors as the canvas writes it, or these bytes: what `detect` would see of it. */
  async readImage(file: { type: string } | { bytes: number[] }) {
    const bytes = "bytes" in file ? Uint8Array.from(file.bytes) : await twoColors(file.type);
    const { width, height, data, decodedBy } = await readImageSource(bytes, "photo");
    return { width, height, data: [...data], decodedBy, kind: fileKind(bytes).what };
  },

  /** A file's size and first pixel, as this library and the browser decode it. */
  async sizes(bytes: number[]) {
    const ours = decodeImage(Uint8Array.from(bytes), "photo");
    const theirs = await createImageBitmap(new Blob([Uint8Array.from(bytes)]), {
      imageOrientation: "from-image",
    });
    return { ours: [ours.width, ours.height], theirs: [theirs.width, theirs.height] };
  },

  async detect(mode: Mode | "auto", model: string, image: string, threads?: number) {
    const weights = `/weights/${model}.safetensors`;
    const detector = await load(model, { backend: mode, weights, threads });
    const { detections, backend, backendDetails } = await detector.detect(await bytesOf(image));
    await detector.dispose();
    return { detections, backend, backendDetails };
  },
};

/** Left half red, right half blue. */
async function twoColors(type: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(16, 8);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = "#f00";
  context.fillRect(0, 0, 8, 8);
  context.fillStyle = "#00f";
  context.fillRect(8, 0, 8, 8);
  return new Uint8Array(await (await canvas.convertToBlob({ type, quality: 1 })).arrayBuffer());
}

function poorGpu(poor: PoorGpu): Gpu | undefined {
  const { gpu } = navigator as { gpu?: Gpu };
  if (!gpu || poor === "no WebGPU") return undefined;
  if (poor === "no adapter") return { requestAdapter: async () => null };
  // Without limits that are asked for, a device has the specification's: those of every adapter.
  if (poor === "least limits") return gpuWith(gpu, (adapter) => adapter.requestDevice({}));
  // The browser's own refusal, of more than there is.
  const maxBufferSize = Number.MAX_SAFE_INTEGER;
  return gpuWith(gpu, (adapter) => adapter.requestDevice({ requiredLimits: { maxBufferSize } }));
}

function summary(report: CaseReport) {
  return { pass: report.pass, ranOn: report.ranOn, text: formatReport(report) };
}

function goldenAt(folder: string): Promise<GoldenCase> {
  return readGoldenCase((name) => bytesOf(`${folder}/${name}`), folder);
}

async function bytesOf(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export type PageTests = typeof tests;
Object.assign(globalThis, { tests });

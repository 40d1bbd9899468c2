/** Runs one network one way and hashes what it computes. */
import { createHash } from "node:crypto";
import { referenceExecutor } from "../../src/executors/reference/referenceExecutor.ts";
import {
  type BackendDetails,
  type Detector,
  type DetectResult,
  type Graph,
  load,
  type Model,
  type NetworkOptions,
} from "../../src/index.ts";
import { letMachineHave } from "../../test/support/wasmBuild.ts";
import { inputsOf, weightsOf, weightsSource } from "./synthetic.ts";
import type { Photo, Variant } from "./variants.ts";

export interface Job {
  /** `<model> <variant>` */
  readonly key: string;
  readonly model: Model;
  readonly variant: Variant;
}

export type Print = (kind: string, name: string, digest: string) => void;

/** The reference executor runs the graph that `wasm` would run. */
const REFERENCE_GRAPH: NetworkOptions = { backend: "wasm", threads: 1 };

export async function runJob({ model, variant }: Job, print: Print): Promise<void> {
  const { options, inputSize: size, photos } = variant;
  const undo = variant.build ? letMachineHave(variant.build) : () => {};
  const inputs = inputsOf(model, size);
  const detector = await load(model.name, {
    ...(options ?? REFERENCE_GRAPH),
    weights: weightsSource(model, size),
    inputSize: model.sizedByImage ? undefined : size,
  });
  try {
    const { network } = detector;
    if (!options) {
      const plan = await referenceExecutor().prepare(network.graph, weightsOf(model, size));
      return await printTaps(network.graph, (taps) => plan.run(inputs, { taps }), print);
    }
    checkThreads(options, network.backendDetails);
    const { outputs } = await network.run(inputs);
    for (const [name, { data }] of Object.entries(outputs)) print("output", name, digestOf(data));
    // A network whose photos decide its input size has the graph of this size only after a run.
    await printTaps(network.graph, (taps) => network.run(inputs, { taps }), print);
    for (const photo of photos) await printPhoto(detector, photo, print);
  } finally {
    await detector.dispose();
    undo();
  }
}

function checkThreads({ threads }: NetworkOptions, details: BackendDetails): void {
  if (threads === undefined || threads === details.threads) return;
  throw new Error(`expected ${threads} threads, got ${details.threads}: ${details.note}`);
}

type TappedRun = (taps: string[]) => Promise<{ taps: DetectResult["taps"] }>;

async function printTaps({ nodes }: Graph, run: TappedRun, print: Print): Promise<void> {
  const names = nodes.map(({ name }) => name);
  const { taps } = await run(names);
  for (const name of names) {
    const { data, shape } = taps[name];
    const size = shape.reduce((product, side) => product * side, 1);
    if (data.length !== size) throw new Error(`tap ${name}: expected ${size} values, got ${data.length}`);
    print("tap", name, digestOf(data));
  }
}

/** `wgsl` samples the photo on its device, so there is no input to hash. */
async function printPhoto(
  detector: Detector,
  { name, picture, options }: Photo,
  print: Print,
): Promise<void> {
  const { network } = detector;
  const run = network.run.bind(network);
  let views = 0;
  network.run = (inputs, runOptions) => {
    views++;
    for (const [input, map] of Object.entries(inputs)) {
      if (network.backend !== "wgsl") print("input", `${name}/${views}/${input}`, digestOf(map.data));
    }
    return run(inputs, runOptions);
  };
  try {
    const result = await detector.detect(picture(), { score: 0, ...options });
    const { width, height, detections, explanation } = result;
    print("detections", name, digestOf(canonical({ width, height, detections })));
    if (explanation) print("explanation", name, digestOf(canonical(explanation)));
  } finally {
    network.run = run;
  }
}

function digestOf(data: Float32Array | string): string {
  const bytes =
    typeof data === "string" ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return createHash("sha256").update(bytes).digest("hex");
}

/** JSON that does not depend on the order of keys, and that keeps -0 and numbers that are not finite. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === "number")
      return Object.is(part, -0) ? "-0" : Number.isFinite(part) ? part : `${part}`;
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

import { backendInWords } from "../backend/backendDetails.ts";
import { ModelError, UsageError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { decodeImage } from "../image/imageFile.ts";
import { openModelWeights } from "../loading/openWeights.ts";
import type { InputSize } from "../models/model.ts";
import { loadNetwork, type Network } from "../network.ts";
import { mostSimilar } from "../support/unknownName.ts";
import { formatShape, type Shape, sameShape, type Tensor } from "../tensor.ts";
import type { TapLayout } from "./caseDescription.ts";
import { type GoldenCase, type GoldenTap, goldenInput } from "./goldenCase.ts";
import { tapValues } from "./tapValues.ts";
import { type CaseReport, type CaseRunner, type VerifyModelOptions, verifyCase } from "./verifyCase.ts";

/**
 * Runs a generic golden case: its taps are named by this project's nodes or outputs, at the size of its input. Values
 * inside fused layers come from a run of each op on its own, as does everything if the case says `"fuse": false`.
 *
 * @throws UsageError if the case names an image that cannot be read.
 * @throws ModelError if the layout of a tap is neither stated nor clear from its shape.
 */
export async function verifyGeneric(
  name: string | undefined,
  golden: GoldenCase,
  options: VerifyModelOptions,
  readImageFile?: (file: string) => Promise<Uint8Array>,
): Promise<CaseReport> {
  const file = golden.input?.get("image");
  const held = typeof file === "string" ? undefined : goldenInput(golden);
  const heldSize = held && { height: held.shape[1], width: held.shape[2] };
  const { model, checkpoint } = await openModelWeights(name, options);
  const inputSize = model.sizedByImage ? undefined : heldSize;
  const open = (fuse: boolean) => loadNetwork(name, { ...options, weights: checkpoint, inputSize, fuse });
  const network = await open(golden.fields.get("fuse") !== false);
  try {
    const input = held ?? (await imageInput(network, `${file}`, golden.name, readImageFile));
    const graph = wholeGraph(network, { height: input.shape[1], width: input.shape[2] });
    const taps = inGraphOrder(golden.taps, graph).map((tap) => withLayout(tap, graph, golden.name));
    const runner = genericRunner(network, graph, () => open(false), taps, options.signal);
    const report = await verifyCase({ ...golden, taps }, runner, { input, onCompared: options.onCompared });
    const ranOn = backendInWords(network.backend, network.backendDetails);
    return { ...report, model: golden.model ?? network.model.name, ranOn };
  } finally {
    await network.dispose();
  }
}

/** Of the first run on the image, as `detect` does it by default. */
async function imageInput(
  { model, inputSize, constants }: Network,
  file: string,
  where: string,
  readImageFile: ((file: string) => Promise<Uint8Array>) | undefined,
): Promise<Tensor> {
  if (!readImageFile) {
    throw new UsageError({ where, expected: `a way to read its image ${file}`, got: "none" });
  }
  const image = decodeImage(await readImageFile(file), file);
  const [view] = model.views(image, { size: inputSize, constants }, {}).views;
  return Object.values(view.inputs())[0];
}

/** With every op as a node of its own, so that each value has its name. */
function wholeGraph({ model, constants }: Network, size: InputSize): Graph {
  return model.graph(size, constants);
}

/** A tap may be named after an output of the network, too. */
function nodeOf({ name, node = name }: GoldenTap, graph: Graph): string {
  return Object.hasOwn(graph.outputs, node) ? graph.outputs[node] : node;
}

/** Taps of unknown names come last, in their own order. */
function inGraphOrder(taps: readonly GoldenTap[], graph: Graph): GoldenTap[] {
  const places = new Map(graph.nodes.map(({ name }, place) => [name, place]));
  const placeOf = (tap: GoldenTap) => places.get(nodeOf(tap, graph)) ?? graph.nodes.length;
  return [...taps].sort((a, b) => placeOf(a) - placeOf(b));
}

/** The layout that the case states, or the only one in which the tap's shape is the node's. */
function withLayout(tap: GoldenTap, graph: Graph, where: string): GoldenTap {
  const node = graph.nodes.find(({ name }) => name === nodeOf(tap, graph));
  if (!node || tap.layout !== undefined) return tap;
  const fitting = layoutsOf(tap.shape, node.shape);
  const [layout] = fitting;
  const [, height, width, channels] = node.shape;
  if (fitting.length < 2 || channels === 1 || height * width === 1) return { ...tap, layout };
  throw new ModelError({
    where: `${where} tap ${tap.name}`,
    expected: "a stated layout",
    got: `none, and ${formatShape(tap.shape)} fits NHWC as well as NCHW`,
    hint: 'Add "layout": "NHWC" or "NCHW" to case.json.',
  });
}

function layoutsOf(shape: readonly number[], [, height, width, channels]: Shape): TapLayout[] {
  const layouts: TapLayout[] = [];
  if (sameShape(shape, [1, height, width, channels])) layouts.push("NHWC");
  if (sameShape(shape, [1, channels, height, width])) layouts.push("NCHW");
  return layouts;
}

function genericRunner(
  network: Network,
  graph: Graph,
  openUnfused: () => Promise<Network>,
  taps: readonly GoldenTap[],
  signal: AbortSignal | undefined,
): CaseRunner<undefined> {
  const byName = new Map(taps.map((tap) => [tap.name, tap]));
  const [input] = Object.keys(graph.inputs);
  const names = [...graph.nodes.map(({ name }) => name), ...Object.keys(graph.outputs)];
  return {
    tapSource(name) {
      const tap = byName.get(name);
      const value = tap && nodeOf(tap, graph);
      if (value === undefined || !names.includes(value)) return undefined;
      return { value };
    },
    explain: (name) => {
      const near = mostSimilar(byName.get(name)?.node ?? name, names);
      return `the model has no value of this name${near ? `; did you mean ${near}?` : ""}`;
    },
    async run(image, wanted) {
      const { values, unfused } = await tapValues(network, openUnfused, { [input]: image }, wanted, signal);
      return { values, unfused, decoded: undefined };
    },
  };
}

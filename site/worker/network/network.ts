/** Requests of the Network view about the whole network: its form, and each layer at a glance, by a number of its own. */
import {
  CELL_SUM_OPS,
  compare,
  describeGraph,
  describeOp,
  encodePng,
  type GraphNode,
  type Histogram,
  histogramOf,
  networkLayout,
  receptiveFields,
  runInWords,
  type Statistics,
  statisticsOf,
  thumbnail,
} from "centernet";
import type { Call } from "../call.ts";
import { detectorFor, openDetector, pixelsOf, type Settings } from "../session.ts";
import { layerHandlers } from "./layer.ts";
import { type Chosen, missing } from "./tapped.ts";
import { weightHandlers } from "./weights.ts";

/** A layer at a glance, sent while the network runs. */
export interface Glance {
  readonly name: string;
  readonly ranOn: string;
  readonly statistics: Statistics;
  readonly histogram: Histogram;
  /** A PNG of at most 32 x 32 pixels: the mean of |activation| over the channels. */
  readonly thumbnail: Uint8Array<ArrayBuffer>;
}

/** A number of each layer, in the unit that `measure` names. Layers that have none are missing. */
export interface Measured {
  readonly numbers: Readonly<Record<string, number>>;
  /** Layers whose number is counted with that of another. */
  readonly within: Readonly<Record<string, string>>;
  /** How it was measured, in words. */
  readonly words: string;
}

export const networkHandlers = {
  ...layerHandlers,
  ...weightHandlers,

  /** The network as it runs, by blocks: facts that need no image. */
  async networkPlan({ settings }: { readonly settings: Settings }, call: Call) {
    const { network } = await detectorFor(settings, call);
    const { graph } = network;
    const described = describeGraph(graph);
    const layers = new Map(described.layers.map((layer) => [layer.name, layer]));
    const fields = receptiveFields(graph);
    const ranOn = runInWords({
      backend: network.backend,
      backendDetails: network.backendDetails,
      fused: network.fused,
    });
    return {
      model: network.model.name,
      ranOn,
      fused: network.fused,
      totals: described.totals,
      inputs: graph.inputs,
      blocks: networkLayout(graph).map((block) => ({
        ...block,
        nodes: block.nodes.map((node) => {
          const { shape, parameters, multiplyAdds, needed } = layers.get(node.name) ?? missing(node.name);
          const { name, inputs, op, fused = [] } = node;
          return {
            name,
            inputs,
            /** The op and the parts of its epilogue, in their order. */
            ops: opsOf(node),
            formulas: opsOf(node).map((each) => [each, describeOp(each).formula] as const),
            kernel: op,
            fused,
            roles: Object.keys(node.parameters),
            canWriteOut:
              CELL_SUM_OPS.some((known) => known === op) && inputs.every((input) => layers.has(input)),
            shape,
            parameters,
            multiplyAdds,
            needed,
            field: fields[name],
          };
        }),
      })),
    };
  },

  /** Runs the network once over the image and tells of each layer as it passes. Nothing is kept. */
  async walk({ settings, image }: Chosen, call: Call) {
    const detector = await detectorFor(settings, call);
    const { network } = detector;
    const total = network.graph.nodes.length;
    const ranOn = runInWords({
      backend: network.backend,
      backendDetails: network.backendDetails,
      fused: network.fused,
    });
    let done = 0;
    await detector.detect(await pixelsOf(image), {
      signal: call.signal,
      where: image.name,
      taps: "all",
      onTap: async (name, tensor) => {
        done++;
        const statistics = statisticsOf(tensor.data);
        const { min, max } = statistics;
        const data: Glance = {
          name,
          ranOn,
          statistics,
          histogram: histogramOf(tensor.data, { min, max }),
          thumbnail: encodePng(thumbnail(tensor)) as Uint8Array<ArrayBuffer>,
        };
        call.progress({ text: `layer ${done} of ${total}`, fraction: done / total, data });
        if (done % 4 === 0) await breathe();
      },
    });
    call.signal.throwIfAborted();
    return { layers: done };
  },

  /** The milliseconds that each layer takes. */
  async layerTimes({ settings, image }: Chosen, call: Call): Promise<Measured> {
    const detector = await detectorFor(settings, call);
    const pixels = await pixelsOf(image);
    call.progress({ text: "timing every layer" });
    const profile = await detector.profile(pixels, { signal: call.signal, where: image.name });
    return {
      numbers: Object.fromEntries(profile.layers.map(({ name, milliseconds }) => [name, milliseconds])),
      within: Object.fromEntries(
        profile.layers.flatMap(({ name, inner = [] }) => inner.map((each) => [each, name])),
      ),
      words: `${runInWords(profile)}: the fastest of ${profile.runs} runs, ${profile.clock}`,
    };
  },

  /** How far each layer is from the same one of a run on `cpu`, in its standard deviations. */
  async layerErrors({ settings, image }: Chosen, call: Call): Promise<Measured> {
    const a = await detectorFor(settings, call);
    const pixels = await pixelsOf(image);
    const { model, weights, inputSize, fuse } = settings;
    const b = await openDetector({ model, weights, inputSize, fuse, backend: "cpu" }, call);
    const total = a.network.graph.nodes.length;
    let done = 0;
    try {
      const {
        layers,
        a: ran,
        b: other,
      } = await compare(a, b, {
        image: pixels,
        where: image.name,
        signal: call.signal,
        onLayer: ({ name }) => {
          done++;
          call.progress({ text: `comparing ${name}`, fraction: Math.min(1, done / total) });
        },
      });
      return {
        numbers: Object.fromEntries(layers.map(({ name, max }) => [name, max])),
        within: {},
        words: `${ran ? runInWords(ran) : "this run"} against ${other ? runInWords(other) : "cpu"}: the largest difference`,
      };
    } finally {
      await b.dispose();
    }
  },
};

function opsOf({ op, epilogue }: GraphNode): string[] {
  if (!epilogue) return [op];
  const { bias, residual, activation } = epilogue;
  return [
    op,
    ...(bias ? ["bias"] : []),
    ...(residual ? ["add"] : []),
    ...(activation === "none" ? [] : [activation]),
  ];
}

/** Lets the page's messages in, an abort among them. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Requests of the Network view about the whole network: its form, and each layer at a glance, by a number of its own. */
import {
  compare,
  encodePng,
  type Histogram,
  histogramOf,
  modelNamed,
  releaseMemory,
  runInWords,
  runnable,
  type Statistics,
  statisticsOf,
  thumbnail,
} from "centernet";
import type { Call } from "../call.ts";
import { runningInWords } from "../layerProgress.ts";
import { detectorFor, openDetector, pixelsOf, type Settings } from "../session.ts";
import { layerHandlers } from "./layer.ts";
import { planOf } from "./plan.ts";
import type { Chosen } from "./tapped.ts";
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

export interface NetworkPlan extends ReturnType<typeof planOf> {
  readonly model: string;
  readonly fused: boolean;
  /** Absent if nothing runs. */
  readonly ranOn?: string;
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

  /**
   * The network as it runs, by blocks: facts that need no image. Of a model that is named only its graph, for which no
   * weights are needed.
   */
  async networkPlan(
    { settings, graphOf }: { readonly settings: Settings; readonly graphOf?: string },
    call: Call,
  ): Promise<NetworkPlan> {
    if (graphOf !== undefined) {
      const model = modelNamed(graphOf);
      const fused = settings.fuse ?? true;
      return { ...planOf(runnable(model.graph(model.defaultSize), fused)), model: model.name, fused };
    }
    const { network } = await detectorFor(settings, call);
    const { backend, backendDetails, fused } = network;
    return {
      ...planOf(network.graph),
      model: network.model.name,
      fused,
      ranOn: runInWords({ backend, backendDetails, fused }),
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
    const pixels = await pixelsOf(image);
    call.progress({ text: runningInWords(detector) });
    await detector.detect(pixels, {
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
          thumbnail: encodePng(thumbnail(tensor), { compressed: false }),
        };
        releaseMemory(tensor.data);
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

/** Lets the page's messages in, an abort among them. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

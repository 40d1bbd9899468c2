/** Requests of the Network view: the graph, every layer at a glance, and one layer whole. */
import {
  activationGrid,
  type Detector,
  describeGraph,
  encodeNpy,
  encodePng,
  type GridOrder,
  type GridScale,
  type Histogram,
  histogramOf,
  networkLayout,
  receptiveFieldAt,
  receptiveFields,
  runInWords,
  type Statistics,
  statisticsOf,
  type Tensor,
  thumbnail,
} from "centernet";
import { bitmapOf } from "./bitmap.ts";
import type { Call } from "./call.ts";
import { type ChosenImage, detectorFor, pixelsOf, type Settings } from "./session.ts";

interface Chosen {
  readonly settings: Settings;
  readonly image: ChosenImage;
}

/** A layer at a glance, sent while the network runs. */
export interface Glance {
  readonly name: string;
  readonly statistics: Statistics;
  /** A PNG of at most 32 x 32 pixels: the mean of |activation| over the channels. */
  readonly thumbnail: Uint8Array<ArrayBuffer>;
}

/** Tiles of a page of channels: more would exceed the canvases of some browsers. */
const PAGE_CHANNELS = 64;

export const networkHandlers = {
  /** The network as it runs, by blocks: facts that need no image. */
  async networkPlan({ settings }: { readonly settings: Settings }, call: Call) {
    const { network } = await detectorFor(settings, call);
    const { graph } = network;
    const described = describeGraph(graph);
    const layers = new Map(described.layers.map((layer) => [layer.name, layer]));
    const fields = receptiveFields(graph);
    return {
      model: network.model.name,
      ranOn: runInWords({
        backend: network.backend,
        backendDetails: network.backendDetails,
        fused: network.fused,
      }),
      totals: described.totals,
      inputs: Object.fromEntries(Object.entries(graph.inputs)),
      blocks: networkLayout(graph).map((block) => ({
        ...block,
        nodes: block.nodes.map((node) => {
          const { op, shape, parameters, multiplyAdds, needed } = layers.get(node.name) ?? missing(node.name);
          const { name, inputs } = node;
          return { name, inputs, op, shape, parameters, multiplyAdds, needed, field: fields[name] };
        }),
      })),
    };
  },

  /** Runs the network once over the image and tells of each layer as it passes. Nothing is kept. */
  async walk({ settings, image }: Chosen, call: Call) {
    const detector = await detectorFor(settings, call);
    const total = detector.network.graph.nodes.length;
    let done = 0;
    const result = await detector.detect(await pixelsOf(image), {
      signal: call.signal,
      where: image.name,
      taps: "all",
      onTap: async (name, tensor) => {
        done++;
        const data: Glance = {
          name,
          statistics: statisticsOf(tensor.data),
          thumbnail: encodePng(thumbnail(tensor)) as Uint8Array<ArrayBuffer>,
        };
        call.progress({ text: `layer ${done} of ${total}`, fraction: done / total, data });
        if (done % 8 === 0) await breathe();
      },
    });
    call.signal.throwIfAborted();
    return { ranOn: runInWords(result), layers: done };
  },

  /** All of one layer, by another run with one tap: its numbers, and a page of its channels in color. */
  async layer(
    {
      layer,
      scale,
      order,
      page,
      ...chosen
    }: Chosen & {
      readonly layer: string;
      readonly scale?: GridScale;
      readonly order: GridOrder;
      readonly page: number;
    },
    call: Call,
  ) {
    const { tensor, ranOn, geometry } = await tapped(chosen, layer, call);
    const channels = tensor.shape[3];
    const from = Math.min(page, Math.ceil(channels / PAGE_CHANNELS) - 1) * PAGE_CHANNELS;
    const count = Math.min(PAGE_CHANNELS, channels - from);
    const { image, ...grid } = activationGrid(tensor, { scale, order, from, count });
    const bitmap = await bitmapOf(image);
    call.transfer(bitmap);
    const histogram: Histogram = histogramOf(tensor.data);
    return {
      layer,
      ranOn,
      geometry,
      shape: tensor.shape,
      from,
      pageSize: PAGE_CHANNELS,
      histogram,
      bitmap,
      ...grid,
    };
  },

  /** One channel's numbers, [height, width]. */
  async channel(
    { layer, channel, ...chosen }: Chosen & { readonly layer: string; readonly channel: number },
    call: Call,
  ) {
    const { tensor, ranOn } = await tapped(chosen, layer, call);
    const [, height, width, channels] = tensor.shape;
    const values = Float32Array.from(
      { length: height * width },
      (_, cell) => tensor.data[cell * channels + channel],
    );
    const { image, ranges } = activationGrid(tensor, { from: channel, count: 1 });
    const bitmap = await bitmapOf(image);
    call.transfer(values.buffer, bitmap);
    return { layer, channel, ranOn, width, height, values, bitmap, range: ranges[0] };
  },

  /** The pixels of the image's input that a cell depends on. */
  async field(
    { settings, layer, row, column }: { settings: Settings; layer: string; row: number; column: number },
    call: Call,
  ) {
    const { network } = await detectorFor(settings, call);
    return receptiveFieldAt(network.graph, layer, { row, column });
  },

  /** A layer as a file for NumPy. */
  async layerFile({ layer, ...chosen }: Chosen & { readonly layer: string }, call: Call) {
    const { tensor } = await tapped(chosen, layer, call);
    const bytes = encodeNpy(tensor) as Uint8Array<ArrayBuffer>;
    call.transfer(bytes.buffer);
    return bytes;
  },
};

/** The layer that was read last: another page, order or scale of it needs no run. */
let last: { readonly key: string; readonly detector: Detector; readonly value: Promise<Tapped> } | undefined;

interface Tapped {
  readonly tensor: Tensor;
  readonly ranOn: string;
  readonly geometry: Awaited<ReturnType<Detector["detect"]>>["geometry"];
}

async function tapped({ settings, image }: Chosen, layer: string, call: Call): Promise<Tapped> {
  const detector = await detectorFor(settings, call);
  const key = `${image.id} ${layer}`;
  if (last?.key !== key || last.detector !== detector) {
    const value = readTap(detector, image, layer);
    last = { key, detector, value };
    value.catch(() => {
      if (last?.value === value) last = undefined;
    });
  }
  const { value } = last;
  call.signal.throwIfAborted();
  return value;
}

async function readTap(detector: Detector, image: ChosenImage, layer: string): Promise<Tapped> {
  const result = await detector.detect(await pixelsOf(image), { taps: layer, where: image.name });
  const tensor = result.taps[layer] ?? missing(layer);
  return { tensor, ranOn: runInWords(result), geometry: result.geometry };
}

/** Lets the page's messages in, an abort among them. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function missing(layer: string): never {
  throw new Error(`${layer}: this network has no such layer`);
}

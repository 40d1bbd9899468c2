/** Requests for one layer with all of its numbers. */
import {
  activationGrid,
  cellSum,
  encodeNpy,
  type GridOrder,
  type GridScale,
  type Histogram,
  histogramOf,
  receptiveFieldAt,
  releaseMemory,
} from "centernet";
import { bitmapOf } from "../bitmap.ts";
import type { Call } from "../call.ts";
import { detectorFor, type Settings } from "../session.ts";
import { type Chosen, missing, tapped, tappedWithInputs } from "./tapped.ts";

interface LayerQuery extends Chosen {
  readonly layer: string;
}

interface GridQuery extends LayerQuery {
  readonly scale?: GridScale;
  readonly order: GridOrder;
  readonly page: number;
}

interface CellQuery extends LayerQuery {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
}

/** Tiles of a page of channels: more would exceed the canvases of some browsers. */
export const PAGE_CHANNELS = 64;
/** Terms of a sum that are written out one by one. */
const SHOWN_TERMS = 12;

export const layerHandlers = {
  /** All of one layer, by another run with one tap: its numbers, and a page of its channels in color. */
  async layer({ layer, scale, order, page, ...chosen }: GridQuery, call: Call) {
    const { tensor, ranOn, geometry } = await tapped(chosen, layer, call);
    const channels = tensor.shape[3];
    const from = Math.min(page, Math.ceil(channels / PAGE_CHANNELS) - 1) * PAGE_CHANNELS;
    const count = Math.min(PAGE_CHANNELS, channels - from);
    const { image, ...grid } = activationGrid(tensor, { scale, order, from, count });
    const bitmap = await bitmapOf(image);
    releaseMemory(image.data);
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

  /** One channel's numbers, [height, width], and their picture on the same scale. */
  async channel(
    {
      layer,
      channel,
      scale,
      ...chosen
    }: LayerQuery & { readonly channel: number; readonly scale?: GridScale },
    call: Call,
  ) {
    const { tensor, ranOn } = await tapped(chosen, layer, call);
    const [, height, width, channels] = tensor.shape;
    const values = Float32Array.from(
      { length: height * width },
      (_, cell) => tensor.data[cell * channels + channel],
    );
    const { image, ranges } = activationGrid(tensor, { scale, from: channel, count: 1 });
    const bitmap = await bitmapOf(image);
    call.transfer(values.buffer, bitmap);
    return { layer, channel, ranOn, width, height, values, bitmap, range: ranges[0] };
  },

  /** The pixels of the network's input that a cell depends on. */
  async field(
    { settings, layer, row, column }: { settings: Settings; layer: string; row: number; column: number },
    call: Call,
  ) {
    const { network } = await detectorFor(settings, call);
    return receptiveFieldAt(network.graph, layer, { row, column });
  },

  /** The sum that made one number: per place of the kernel, and its terms that weigh most. */
  async cell({ layer, row, column, channel, ...chosen }: CellQuery, call: Call) {
    const { network } = await detectorFor(chosen.settings, call);
    const node = network.graph.nodes.find(({ name }) => name === layer) ?? missing(layer);
    call.progress({ text: "reading the layer and its inputs" });
    const { taps, tensor, ranOn } = await tappedWithInputs(chosen, layer, node.inputs, call);
    const parameters = await network.parametersOf(layer);
    call.signal.throwIfAborted();
    const inputs = node.inputs.map((name) => taps[name]);
    const { terms, ...rest } = cellSum(node, inputs, parameters, { row, column, channel });
    const size = ({ input, weight }: (typeof terms)[number]) => Math.abs(input * weight);
    return {
      ...rest,
      layer,
      row,
      column,
      channel,
      ranOn,
      reads: node.inputs,
      count: terms.length,
      largest: [...terms].sort((a, b) => size(b) - size(a)).slice(0, SHOWN_TERMS),
      got: tensor.data[(row * tensor.shape[2] + column) * tensor.shape[3] + channel],
    };
  },

  /** A layer as a file for NumPy. */
  async layerFile({ layer, ...chosen }: LayerQuery, call: Call) {
    const { tensor } = await tapped(chosen, layer, call);
    const bytes = encodeNpy(tensor) as Uint8Array<ArrayBuffer>;
    call.transfer(bytes.buffer);
    return bytes;
  },
};

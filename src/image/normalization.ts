import { type Tensor, tensor } from "../tensor.ts";

/**
 * How the TensorFlow Object Detection API brings pixels (RGB, 0 to 255) into a CenterNet's range: the fields
 * of `center_net.proto`'s feature extractor, then what the extractor itself does.
 */
export interface Normalization {
  /** Turns the channels to B, G, R first; means and deviations are then in that order. */
  readonly bgrOrdering: boolean;
  readonly channelMeans: readonly number[];
  readonly channelStds: readonly number[];
  readonly extractorRule: ExtractorRule;
}

/**
 * `none`: as it is (hourglass). `caffe`: B, G, R without the means of ImageNet (ResNet V1).
 * `minusOneToOne`: x / 127.5 - 1 (ResNet V2, MobileNetV2).
 */
export type ExtractorRule = "none" | "caffe" | "minusOneToOne";

/** The proto's defaults for means and deviations. */
const UNCHANGED = { bgrOrdering: false, channelMeans: [0, 0, 0], channelStds: [1, 1, 1] };

/** What the zoo's configurations and extractors come to. */
export const ZOO_NORMALIZATIONS = {
  hourglass: {
    bgrOrdering: true,
    channelMeans: [104.01362, 114.034225, 119.916595],
    channelStds: [73.60277, 69.89082, 70.91508],
    extractorRule: "none",
  },
  resnetV1: { ...UNCHANGED, extractorRule: "caffe" },
  resnetV2: { ...UNCHANGED, extractorRule: "minusOneToOne" },
  mobilenetV2: { ...UNCHANGED, extractorRule: "minusOneToOne" },
} as const satisfies Record<string, Normalization>;

/** ImageNet's, in the order B, G, R. */
const CAFFE_MEANS = [103.939, 116.779, 123.68];

/**
 * Bit for bit what the original computes eagerly: each step in float32, divisions as such. `image` is
 * [1, h, w, 3], RGB; the channels of the result are in the network's order.
 */
export function normalizePixels(image: Tensor, normalization: Normalization): Tensor {
  const { extractorRule } = normalization;
  const means = normalization.channelMeans.map(Math.fround);
  const deviations = normalization.channelStds.map(Math.fround);
  const normalized = tensor(image.shape);
  for (let pixel = 0; pixel < image.data.length; pixel += 3) {
    for (let channel = 0; channel < 3; channel++) {
      const read = normalization.bgrOrdering ? 2 - channel : channel;
      const centered = Math.fround(image.data[pixel + read] - means[channel]);
      const scaled = Math.fround(centered / deviations[channel]);
      const write = extractorRule === "caffe" ? 2 - channel : channel;
      normalized.data[pixel + write] = extracted(scaled, extractorRule, write);
    }
  }
  return normalized;
}

function extracted(value: number, rule: ExtractorRule, channel: number): number {
  switch (rule) {
    case "none":
      return value;
    case "caffe":
      return value - Math.fround(CAFFE_MEANS[channel]);
    case "minusOneToOne":
      return Math.fround(value / 127.5) - 1;
  }
}

/** The same as one multiplication and one addition a channel, for a graph's `normalize`. */
export interface ChannelScaling {
  /** Whether the network's channels are B, G, R; they are to be turned before. */
  readonly reversed: boolean;
  /** One a channel, in the network's order; float32. */
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/**
 * Within some units in the last place of `normalizePixels`, which is about as far as the original's own
 * exported graphs are (they multiply by the reciprocal).
 */
export function channelScaling(normalization: Normalization): ChannelScaling {
  const { bgrOrdering, channelMeans, channelStds, extractorRule } = normalization;
  const turns = extractorRule === "caffe";
  const order = turns ? [2, 1, 0] : [0, 1, 2];
  const gain = extractorRule === "minusOneToOne" ? 1 / 127.5 : 1;
  const shift =
    extractorRule === "minusOneToOne" ? [-1, -1, -1] : CAFFE_MEANS.map((mean) => (turns ? -mean : 0));
  return {
    reversed: bgrOrdering !== turns,
    scale: order.map((from) => Math.fround(gain / channelStds[from])),
    offset: order.map((from, to) =>
      Math.fround((-channelMeans[from] / channelStds[from]) * gain + shift[to]),
    ),
  };
}

/** R, G, B to B, G, R. */
export function reverseChannels(image: Tensor): Tensor {
  return tensor(
    image.shape,
    image.data.map((_, i) => image.data[i - (i % 3) + (2 - (i % 3))]),
  );
}

import { type Tensor, tensor } from "../../tensor.ts";

/**
 * How the TensorFlow Object Detection API normalizes pixels (RGB, 0 to 255) for a CenterNet: the fields of
 * `center_net.proto`'s feature extractor, then the extractor's own rule.
 */
export interface Normalization {
  /** Reorders the channels to B, G, R first; means and deviations are then in that order. */
  readonly bgrOrdering: boolean;
  readonly channelMeans: readonly number[];
  readonly channelStds: readonly number[];
  readonly extractorRule: ExtractorRule;
}

/**
 * `none`: unchanged (hourglass). `caffe`: B, G, R minus ImageNet's means (ResNet V1). `minusOneToOne`:
 * x / 127.5 - 1 (ResNet V2, MobileNetV2).
 */
export type ExtractorRule = "none" | "caffe" | "minusOneToOne";

/** The proto's default means and deviations. */
const UNCHANGED = { bgrOrdering: false, channelMeans: [0, 0, 0], channelStds: [1, 1, 1] };

/** The zoo's configurations combined with their extractors. */
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

/** ImageNet's means in the order B, G, R. */
const CAFFE_MEANS = [103.939, 116.779, 123.68];

/**
 * Normalizes pixels bit for bit as the original does in eager mode: each step in float32, with real divisions.
 * `image` is [1, h, w, 3], RGB; the result's channels are in the network's order.
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

/**
 * The same as coefficients of the op `normalize`: y[c] = (x[order[c]] − mean[c]) · scale[c] + offset[c]. A backend that
 * divides by `divisor`, which is 1 / scale, gets the bits of `normalizePixels` if no more than one of the two divisors
 * there is not 1; so it is in the zoo.
 */
export interface ChannelScaling {
  readonly order: readonly number[];
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly divisor?: readonly number[];
  readonly offset: readonly number[];
}

/**
 * The original divides in eager mode and multiplies by reciprocals in its exported graphs. Multiplied, the result is within
 * a few units in the last place of `normalizePixels`.
 */
export function channelScaling(normalization: Normalization): ChannelScaling {
  const { bgrOrdering, channelMeans, channelStds, extractorRule } = normalization;
  const order = bgrOrdering ? [2, 1, 0] : [0, 1, 2];
  const scale = channelStds.map((deviation) => 1 / deviation);
  switch (extractorRule) {
    case "none":
      return { order, mean: channelMeans, scale, divisor: channelStds, offset: [0, 0, 0] };
    case "minusOneToOne":
      return {
        order,
        mean: channelMeans,
        scale: scale.map((s) => s / 127.5),
        divisor: channelStds.map((deviation) => deviation * 127.5),
        offset: [-1, -1, -1],
      };
    case "caffe":
      return {
        order: reversed(order),
        mean: reversed(channelMeans),
        scale: reversed(scale),
        divisor: reversed(channelStds),
        offset: CAFFE_MEANS.map((mean) => -mean),
      };
  }
}

function reversed(numbers: readonly number[]): number[] {
  return [...numbers].reverse();
}

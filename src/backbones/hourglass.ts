/**
 * Stacked hourglass (Newell et al., arXiv:1603.06937) in the form of CornerNet (Law & Deng, arXiv:1808.01244,
 * section 3.5). Strided convolutions replace pooling. Each module's features go to the heads and, merged with
 * the module's input, into the next module.
 *
 * Three projects share this network. CenterNet with triplets (Duan et al., arXiv:1904.08189) and Objects as
 * Points (Zhou et al., arXiv:1904.07850) use CornerNet's unchanged, and `hourglass_network.py` of the
 * TensorFlow Object Detection API follows it. They differ in the keys and kernel layouts of their
 * checkpoints, in the heads, and in the sides of the input: multiples of 4 · 2^levels, or one less than those
 * (CornerNet's 511), in which case every halving rounds up.
 */
import { broadcastAdd } from "../blocks/broadcastAdd.ts";
import { convolution } from "../blocks/convolution.ts";
import { residual } from "../blocks/residual.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { relu } from "../kernels/elementwise/op.ts";
import { upsampleNearest } from "../kernels/upsample/op.ts";
import { padAll } from "../kernels/window.ts";

export interface HourglassOptions {
  /** Number of hourglass modules. */
  readonly stacks: number;
  /** Output channels of the 7x7 convolution. */
  readonly stemChannels: number;
  /** Channels at stride 4, 8, 16, …: one number more than there are levels. */
  readonly channels: readonly number[];
  /** Residual blocks per branch of each level. The last number is that of the innermost blocks. */
  readonly blocks: readonly number[];
  /** Channels of each stack's features. Default: channels[0]. */
  readonly featureChannels?: number;
}

/**
 * The published networks. `hourglass-…` are those of the Object Detection API; CenterNet-104 with triplets
 * and Objects as Points use `hourglass-104` too. `triplet-52`, of CenterNet-52, is one stack of
 * `hourglass-104` and wider than `hourglass-52`.
 */
export const HOURGLASS = {
  "hourglass-10": { stacks: 1, stemChannels: 32, channels: [64, 64], blocks: [1, 1] },
  "hourglass-20": { stacks: 1, stemChannels: 48, channels: [96, 96, 144], blocks: [1, 2, 2] },
  "hourglass-32": { stacks: 1, stemChannels: 48, channels: [96, 96, 144, 144], blocks: [2, 2, 2, 2] },
  "hourglass-52": {
    stacks: 1,
    stemChannels: 64,
    channels: [128, 128, 192, 192, 192, 256],
    blocks: [2, 2, 2, 2, 2, 4],
  },
  "hourglass-100": {
    stacks: 1,
    stemChannels: 64,
    channels: [128, 128, 192, 192, 192, 256],
    blocks: [4, 4, 4, 4, 4, 8],
  },
  "triplet-52": {
    stacks: 1,
    stemChannels: 128,
    channels: [256, 256, 384, 384, 384, 512],
    blocks: [2, 2, 2, 2, 2, 4],
  },
  "hourglass-104": {
    stacks: 2,
    stemChannels: 128,
    channels: [256, 256, 384, 384, 384, 512],
    blocks: [2, 2, 2, 2, 2, 4],
  },
} as const satisfies Record<string, HourglassOptions>;

const NORM = { batchNorm: { epsilon: 1e-5 } };

/**
 * Returns the features of every stack, each H/4 x W/4 x featureChannels. Inference uses the last.
 *
 * Scopes of the parameters; each block has those of `residual`:
 * - `stem.conv` and `stem.residual`.
 * - `stack<s>` for stack s: the levels `level<l>` from the outermost, with blocks `skip.<n>`, `down.<n>` and
 *   `up.<n>`; the innermost blocks `inner.<n>`; and the last convolution `features`.
 * - `merge<s>` between stacks s and s + 1: `input`, `features` and `residual`.
 */
export function hourglass(image: Value, p: Scope, options: HourglassOptions): Value[] {
  const { stacks, stemChannels, channels, featureChannels = channels[0] } = options;
  const stemOptions = { channels: stemChannels, kernel: 7, stride: 2, padding: padAll(3), ...NORM } as const;
  const stem = p.at("stem");
  const halved = convolution(image, stem.at("conv"), { ...stemOptions, activation: "relu" }); // H/2 x W/2
  let x = residual(halved, stem.at("residual"), { channels: channels[0], stride: 2, ...NORM }); // H/4 x W/4 x C
  const features: Value[] = [];
  for (let s = 0; s < stacks; s++) {
    if (s > 0) x = merge(x, features[s - 1], p.at(`merge${s - 1}`));
    const stack = p.at(`stack${s}`);
    const y = level(x, stack, options, 0);
    const featureOptions = { channels: featureChannels, kernel: 3, padding: padAll(1), ...NORM } as const;
    features.push(convolution(y, stack.at("features"), { ...featureOptions, activation: "relu" }));
  }
  return features;
}

/**
 * One level and everything inside it (Newell et al., figure 3): the sum of a branch at the level's own
 * resolution and a branch that goes down to the next level and back up. No activation follows the sum.
 */
function level(x: Value, stack: Scope, options: HourglassOptions, index: number): Value {
  const { channels, blocks } = options;
  const p = stack.at(`level${index}`);
  const count = blocks[index];
  const [outer, inner] = [channels[index], channels[index + 1]];

  const skip = repeat(x, p.at("skip"), count, () => ({ channels: outer })); // h x w x outer
  let y = repeat(x, p.at("down"), count, (n) => ({ channels: inner, stride: n === 0 ? 2 : 1 })); // h/2 x w/2 x inner
  const innermost = index + 2 === channels.length;
  y = innermost
    ? repeat(y, stack.at("inner"), blocks[index + 1], () => ({ channels: inner }))
    : level(y, stack, options, index + 1); // h/2 x w/2 x inner
  y = repeat(y, p.at("up"), count, (n) => ({ channels: n === count - 1 ? outer : inner })); // h/2 x w/2 x outer
  return broadcastAdd(skip, upsampleNearest(y, p), p); // h x w x outer
}

function repeat(
  x: Value,
  p: Scope,
  count: number,
  options: (n: number) => { channels: number; stride?: number },
): Value {
  let y = x;
  for (let n = 0; n < count; n++) y = residual(y, p.at(n), { ...options(n), ...NORM });
  return y;
}

/** The input of the next stack: the last one's input and features, merged. */
function merge(input: Value, features: Value, p: Scope): Value {
  const { channels } = input;
  const project = { channels, kernel: 1, padding: padAll(0), ...NORM };
  const sides = [
    convolution(input, p.at("input"), project),
    convolution(features, p.at("features"), project),
  ];
  return residual(relu(broadcastAdd(sides[0], sides[1], p), p), p.at("residual"), { channels, ...NORM });
}

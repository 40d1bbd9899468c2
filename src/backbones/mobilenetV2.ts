/**
 * MobileNetV2 (Sandler et al., arXiv:1801.04381), in two variants that differ from the paper and from each other.
 *
 * `tensorflow` follows `CenterNetMobileNetV2FPNFeatureExtractor` of the TensorFlow Object Detection API, whose Keras
 * backbone uses SAME padding: at stride 2, a map with even sides is padded by (0, 1). Its last convolution has 1280
 * channels at every width. `centerface` follows the graph of CenterFace (Xu et al., arXiv:1911.03599): 3x3
 * convolutions pad every side by 1, activations are plain ReLU, and there is no convolution after the last block.
 */
import { convolution, depthwiseConvolution, type Finish } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";
import type { Activation } from "../graph/op.ts";
import { add } from "../kernels/elementwise/op.ts";
import { type Padding, padAll } from "../kernels/window.ts";
import type { Pyramid } from "./fpn.ts";

/** Table 2 of the paper: expansion t, output channels c, n blocks, the first of which has stride s. */
const TABLE = [
  { t: 1, c: 16, n: 1, s: 1 },
  { t: 6, c: 24, n: 2, s: 2 },
  { t: 6, c: 32, n: 3, s: 2 },
  { t: 6, c: 64, n: 4, s: 2 },
  { t: 6, c: 96, n: 3, s: 1 },
  { t: 6, c: 160, n: 3, s: 2 },
  { t: 6, c: 320, n: 1, s: 1 },
];
const STEM_CHANNELS = 32;

interface Variant {
  readonly activation: Activation;
  /** Of 3x3 convolutions. Absent: SAME. */
  readonly padding?: Padding;
  /** Channels of the last 1x1 convolution, if there is one. */
  readonly topChannels?: number;
  /** The blocks whose outputs are c2, c3 and c4. Each is the last one before the next stride, but for the API's c4. */
  readonly taps: readonly [c2: number, c3: number, c4: number];
}

const VARIANTS = {
  tensorflow: { activation: "relu6", topChannels: 1280, taps: [2, 5, 9] },
  centerface: { activation: "relu", padding: padAll(1), taps: [2, 5, 12] },
} as const satisfies Record<string, Variant>;

export interface MobileNetV2Options {
  /** Multiplies all channels except the last convolution's. 1 is the paper's network. */
  readonly width: number;
  /** What follows a convolution before its activation: a batch norm, or a bias if that is folded. */
  readonly norm: Pick<Finish, "bias" | "batchNorm">;
  /** Default: `tensorflow`. */
  readonly variant?: keyof typeof VARIANTS;
}

/**
 * Returns features at strides 4, 8, 16 and 32.
 *
 * Scopes of the parameters: `stem`; `block0` to `block16`, each with `expand` (except the first), `depthwise`
 * and `project`; `top`, if the variant has it.
 */
export function mobilenetV2(image: Value, p: Scope, options: MobileNetV2Options): Pyramid {
  const { width, norm, variant = "tensorflow" } = options;
  const { activation, padding, topChannels, taps }: Variant = VARIANTS[variant];
  const around = { activation, padding, norm };
  const stemOptions = {
    channels: scaled(STEM_CHANNELS, width),
    kernel: 3,
    stride: 2,
    activation,
    padding,
    ...norm,
  } as const;
  let x = convolution(image, p.at("stem"), stemOptions); // H/2 x W/2 x 32·width
  const blocks: Value[] = [];
  for (const { t, c, n, s } of TABLE) {
    for (let i = 0; i < n; i++) {
      const block = { expansion: t, channels: scaled(c, width), stride: i === 0 ? s : 1, ...around };
      x = invertedResidual(x, p.at(`block${blocks.length}`), block);
      blocks.push(x);
    }
  }
  const [c2, c3, c4] = taps.map((block) => blocks[block]); // strides 4, 8, 16
  if (topChannels === undefined) return { c2, c3, c4, c5: x }; // H/32 x W/32 x 320·width
  const c5 = convolution(x, p.at("top"), { channels: topChannels, kernel: 1, activation, ...norm }); // H/32 x W/32
  return { c2, c3, c4, c5 };
}

interface InvertedResidualOptions {
  readonly expansion: number;
  readonly channels: number;
  readonly stride: number;
  readonly activation: Activation;
  readonly padding: Padding | undefined;
  readonly norm: Pick<Finish, "bias" | "batchNorm">;
}

/**
 * Inverted residual with linear bottleneck (section 3.3, figure 3b): expand with a 1x1 convolution, filter
 * each channel on its own, project back without activation, and add the input if it has the same shape.
 */
function invertedResidual(x: Value, p: Scope, options: InvertedResidualOptions): Value {
  const { expansion, channels, stride, activation, padding, norm } = options;
  let y = x;
  if (expansion > 1) {
    const expand = { channels: expansion * x.channels, kernel: 1, activation, ...norm };
    y = convolution(y, p.at("expand"), expand); // H x W x 6C
  }
  y = depthwiseConvolution(y, p.at("depthwise"), { kernel: 3, stride, padding, activation, ...norm }); // H/s x W/s
  y = convolution(y, p.at("project"), { channels, kernel: 1, ...norm }); // H/s x W/s x channels
  return stride === 1 && channels === x.channels ? add(y, x, p) : y;
}

/** Rounds to multiples of 8, but never down by more than a tenth (the reference's `_make_divisible`). */
function scaled(channels: number, width: number): number {
  const exact = channels * width;
  const rounded = Math.max(8, Math.floor((exact + 4) / 8) * 8);
  return rounded < 0.9 * exact ? rounded + 8 : rounded;
}

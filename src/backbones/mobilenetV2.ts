/**
 * MobileNetV2 (Sandler et al., arXiv:1801.04381), up to and including its last 1x1 convolution.
 *
 * Follows `CenterNetMobileNetV2FPNFeatureExtractor` of the TensorFlow Object Detection API, whose Keras
 * backbone uses SAME padding: at stride 2, a map with even sides is padded by (0, 1). Differs from the paper
 * in one way: the last convolution has 1280 channels at every width.
 */
import { convolution, depthwiseConvolution, type Finish } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { add } from "../kernels/elementwise/op.ts";
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
const TOP_CHANNELS = 1280;

export interface MobileNetV2Options {
  /** Multiplies all channels except the last convolution's. 1 is the paper's network. */
  readonly width: number;
  /** What follows a convolution before its activation: a batch norm, or a bias if that is folded. */
  readonly norm: Pick<Finish, "bias" | "batchNorm">;
}

/**
 * Returns features at strides 4, 8, 16 and 32.
 *
 * Scopes of the parameters: `stem`; `block0` to `block16`, each with `expand` (except the first), `depthwise`
 * and `project`; `top`.
 */
export function mobilenetV2(image: Value, p: Scope, { width, norm }: MobileNetV2Options): Pyramid {
  const stemOptions = {
    channels: scaled(STEM_CHANNELS, width),
    kernel: 3,
    stride: 2,
    activation: "relu6",
    ...norm,
  } as const;
  let x = convolution(image, p.at("stem"), stemOptions); // H/2 x W/2 x 32·width
  const blocks: Value[] = [];
  for (const { t, c, n, s } of TABLE) {
    for (let i = 0; i < n; i++) {
      const options = { expansion: t, channels: scaled(c, width), stride: i === 0 ? s : 1, norm };
      x = invertedResidual(x, p.at(`block${blocks.length}`), options);
      blocks.push(x);
    }
  }
  const c5 = convolution(x, p.at("top"), { channels: TOP_CHANNELS, kernel: 1, activation: "relu6", ...norm });
  // Each is the last block before the next stride except c4: the API takes block 9, the last one of 64
  // channels.
  return { c2: blocks[2], c3: blocks[5], c4: blocks[9], c5 }; // strides 4, 8, 16, 32
}

interface InvertedResidualOptions {
  readonly expansion: number;
  readonly channels: number;
  readonly stride: number;
  readonly norm: Pick<Finish, "bias" | "batchNorm">;
}

/**
 * Inverted residual with linear bottleneck (section 3.3, figure 3b): expand with a 1x1 convolution, filter
 * each channel on its own, project back without activation, and add the input if it has the same shape.
 */
function invertedResidual(x: Value, p: Scope, options: InvertedResidualOptions): Value {
  const { expansion, channels, stride, norm } = options;
  let y = x;
  if (expansion > 1) {
    const expand = { channels: expansion * x.channels, kernel: 1, activation: "relu6", ...norm } as const;
    y = convolution(y, p.at("expand"), expand); // H x W x 6C
  }
  y = depthwiseConvolution(y, p.at("depthwise"), { kernel: 3, stride, activation: "relu6", ...norm }); // H/s x W/s
  y = convolution(y, p.at("project"), { channels, kernel: 1, ...norm }); // H/s x W/s x channels
  return stride === 1 && channels === x.channels ? add(y, x, p) : y;
}

/** Rounds to multiples of 8, but never down by more than a tenth (the reference's `_make_divisible`). */
function scaled(channels: number, width: number): number {
  const exact = channels * width;
  const rounded = Math.max(8, Math.floor((exact + 4) / 8) * 8);
  return rounded < 0.9 * exact ? rounded + 8 : rounded;
}

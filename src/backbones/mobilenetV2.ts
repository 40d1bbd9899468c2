/**
 * MobileNetV2 (Sandler et al., arXiv:1801.04381), up to its last 1x1 convolution.
 *
 * Follows `CenterNetMobileNetV2FPNFeatureExtractor` of the TensorFlow Object Detection API, whose Keras
 * backbone pads by SAME: at stride 2 an even map is padded by (0, 1). Differs from the paper in one thing:
 * the last convolution has 1280 channels at every width.
 */
import { convolution, depthwiseConvolution, type Finish } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { add } from "../kernels/elementwise/op.ts";
import type { Pyramid } from "./fpn.ts";

/** Table 2 of the paper: expansion t, output channels c, n blocks, of which the first has stride s. */
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
  /** Multiplies all channels but the last; 1 is the paper's network. */
  readonly width: number;
  /** What stands between a convolution and its activation: a bias (folded batch norm) or a batch norm. */
  readonly norm: Pick<Finish, "bias" | "batchNorm">;
}

/**
 * Features at strides 4, 8, 16 and 32.
 *
 * Scopes of the parameters: `stem`; `block0` to `block16`, in each `expand` (but in the first), `depthwise`
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
  // Each is the last block before the next stride, but c4: the API takes block 9, the last of 64 channels.
  return { c2: blocks[2], c3: blocks[5], c4: blocks[9], c5 }; // strides 4, 8, 16, 32
}

interface InvertedResidualOptions {
  readonly expansion: number;
  readonly channels: number;
  readonly stride: number;
  readonly norm: Pick<Finish, "bias" | "batchNorm">;
}

/**
 * Inverted residual with linear bottleneck (section 3.3, figure 3b): expand by a 1x1 convolution, filter each
 * channel by itself, project back without activation; add the input where the shape allows.
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

/** Channels go in eights, and rounding never takes more than a tenth away (the reference's `_make_divisible`). */
function scaled(channels: number, width: number): number {
  const exact = channels * width;
  const rounded = Math.max(8, Math.floor((exact + 4) / 8) * 8);
  return rounded < 0.9 * exact ? rounded + 8 : rounded;
}

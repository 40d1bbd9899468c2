/**
 * ResNet (He et al., arXiv:1512.03385, table 1), 50 and 101 layers.
 *
 * Follows `keras.applications.resnet`, which the TensorFlow Object Detection API uses. Differs from the paper
 * in two ways: every convolution has a bias besides its batch norm, and a stage's stride is in the first 1x1
 * convolution of its first block, as in the authors' own Caffe release.
 */
import { convolution } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { add, relu } from "../kernels/elementwise/op.ts";
import { maxPool } from "../kernels/maxPool/op.ts";
import { padAll } from "../kernels/window.ts";
import type { Pyramid } from "./fpn.ts";

export interface ResnetOptions {
  /** Number of blocks in the stages conv2_x to conv5_x. */
  readonly blocks: readonly [number, number, number, number];
}

/** Table 1 of the paper. */
export const RESNET = {
  "resnet-50": { blocks: [3, 4, 6, 3] },
  "resnet-101": { blocks: [3, 4, 23, 3] },
} as const satisfies Record<string, ResnetOptions>;

const STEM_CHANNELS = 64;
/** Channels inside the blocks of conv2_x to conv5_x. A block outputs four times as many. */
export const STAGE_CHANNELS = [64, 128, 256, 512] as const;
const NORM = { bias: true, batchNorm: { epsilon: 1.001e-5 } };

/**
 * Returns the features after each stage's last ReLU: strides 4 to 32, 256 to 2048 channels.
 *
 * Scopes of the parameters: `stem`, and `stage2` to `stage5` with `block1`, `block2`, … A block has `conv1`,
 * `conv2`, `conv3` and, if it is the first of its stage, `shortcut`; each has `kernel`, `bias` and `norm`.
 */
export function resnetV1(image: Value, p: Scope, { blocks }: ResnetOptions): Pyramid {
  const stem = p.at("stem");
  const stemOptions = { channels: STEM_CHANNELS, kernel: 7, stride: 2, padding: padAll(3), ...NORM } as const;
  const halved = convolution(image, stem, { ...stemOptions, activation: "relu" }); // H/2 x W/2 x 64
  let x = maxPool(halved, stem, { kernel: 3, stride: 2, padding: padAll(1), outside: "zero" }); // H/4 x W/4 x 64
  const [c2, c3, c4, c5] = STAGE_CHANNELS.map((channels, index) => {
    const stage = p.at(`stage${index + 2}`);
    for (let block = 1; block <= blocks[index]; block++) {
      const stride = block === 1 && index > 0 ? 2 : 1;
      x = bottleneck(x, stage.at(`block${block}`), channels, stride);
    }
    return x; // H/4 x W/4 x 256, H/8 x W/8 x 512, H/16 x W/16 x 1024, H/32 x W/32 x 2048
  });
  return { c2, c3, c4, c5 };
}

/**
 * Bottleneck block (figure 5, right): 1x1, 3x3, 1x1 and a shortcut, which is projected if the shape changes.
 */
function bottleneck(x: Value, p: Scope, channels: number, stride: number): Value {
  const inner = { channels, activation: "relu", ...NORM } as const;
  const outer = { channels: 4 * channels, kernel: 1, ...NORM };
  let y = convolution(x, p.at("conv1"), { ...inner, kernel: 1, stride, padding: padAll(0) }); // H/s x W/s x C
  y = convolution(y, p.at("conv2"), { ...inner, kernel: 3 }); // H/s x W/s x C
  y = convolution(y, p.at("conv3"), outer); // H/s x W/s x 4C
  const projected = stride > 1 || x.channels !== outer.channels;
  const shortcut = projected ? convolution(x, p.at("shortcut"), { ...outer, stride, padding: padAll(0) }) : x; // H/s x W/s x 4C
  return relu(add(y, shortcut, p), p);
}

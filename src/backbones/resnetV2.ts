/**
 * ResNet with pre-activation (He et al., arXiv:1603.05027), 50 layers.
 *
 * Follows `keras.applications.resnet_v2`, which the TensorFlow Object Detection API uses. Differs from the
 * paper:
 * - A stage's stride is in the 3x3 convolution of its last block, whose shortcut takes every other cell. So a
 *   stage's features already have the resolution of the next stage. The last stage has no stride.
 * - The 7x7 convolution and the last 1x1 convolution of each block have a bias.
 */
import { convolution } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { batchNorm } from "../kernels/batchNorm/op.ts";
import { add, relu } from "../kernels/elementwise/op.ts";
import { maxPool } from "../kernels/maxPool/op.ts";
import { padAll } from "../kernels/window.ts";
import { RESNET, STAGE_CHANNELS } from "./resnetV1.ts";

const STEM_CHANNELS = 64;
const NORM = { batchNorm: { epsilon: 1.001e-5 } };

/**
 * Returns the last stage's sum before any norm: H/32 x W/32 x 2048. The graph also has the norm and ReLU that
 * follow in classification. Nothing reads them, but checkpoints hold the norm's parameters.
 *
 * Scopes of the parameters: `stem`; `stage2` to `stage5` with `block1`, `block2`, …; `postactivation.norm`. A
 * block has `preactivation.norm`, `conv1` and `conv2` (`kernel`, `norm`), `conv3` and, if it is the first of
 * its stage, `shortcut` (both `kernel`, `bias`).
 */
export function resnetV2(image: Value, p: Scope): Value {
  const stem = p.at("stem");
  const stemOptions = { channels: STEM_CHANNELS, kernel: 7, stride: 2, padding: padAll(3), bias: true };
  const halved = convolution(image, stem, stemOptions); // H/2 x W/2 x 64
  let x = maxPool(halved, stem, { kernel: 3, stride: 2, padding: padAll(1), outside: "zero" }); // H/4 x W/4 x 64
  STAGE_CHANNELS.forEach((channels, index) => {
    const stage = p.at(`stage${index + 2}`);
    const blocks = RESNET["resnet-50"].blocks[index];
    const isLastStage = index === STAGE_CHANNELS.length - 1;
    for (let block = 1; block <= blocks; block++) {
      const stride = block === blocks && !isLastStage ? 2 : 1;
      x = bottleneck(x, stage.at(`block${block}`), { channels, stride, projected: block === 1 });
    } // H/8 x W/8 x 256, H/16 x W/16 x 512, H/32 x W/32 x 1024, H/32 x W/32 x 2048
  });
  activated(x, p.at("postactivation"));
  return x;
}

interface BottleneckOptions {
  readonly channels: number;
  readonly stride: number;
  /** Whether the shortcut is a convolution. Otherwise it takes every stride-th cell of the input. */
  readonly projected: boolean;
}

/** Pre-activation bottleneck block (figure 4e): norm and ReLU come first; nothing follows the sum. */
function bottleneck(x: Value, p: Scope, { channels, stride, projected }: BottleneckOptions): Value {
  const inner = { channels, activation: "relu", ...NORM } as const;
  const outer = { channels: 4 * channels, kernel: 1, bias: true };
  const pre = activated(x, p.at("preactivation"));
  let y = convolution(pre, p.at("conv1"), { ...inner, kernel: 1 }); // H x W x C
  y = convolution(y, p.at("conv2"), { ...inner, kernel: 3, stride, padding: padAll(1) }); // H/s x W/s x C
  y = convolution(y, p.at("conv3"), outer); // H/s x W/s x 4C
  const shortcut = projected ? convolution(pre, p.at("shortcut"), outer) : subsampled(x, p, stride);
  return add(y, shortcut, p);
}

/** Takes every stride-th cell. Keras expresses this as a max-pool with a window of one cell. */
function subsampled(x: Value, p: Scope, stride: number): Value {
  if (stride === 1) return x;
  return maxPool(x, p, { kernel: 1, stride, padding: padAll(0), outside: "ignored" }); // H/s x W/s x 4C
}

function activated(x: Value, p: Scope): Value {
  return relu(batchNorm(x, p.at("norm"), NORM.batchNorm), p);
}

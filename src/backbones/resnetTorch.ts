/**
 * ResNet (He et al., arXiv:1512.03385, table 1) as torchvision has it, and the two upward parts that Objects as Points
 * puts on it. Follows `resnet_dcn.py` and `msra_resnet.py` of github.com/xingyizhou/CenterNet.
 *
 * Differs from resnetV1.ts: no convolution has a bias, and a stage's stride is in the 3x3 convolution of its first block.
 */
import { convolution } from "../blocks/convolution.ts";
import { deformUnit } from "../blocks/deformUnit.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { batchNorm } from "../kernels/batchNorm/op.ts";
import { add, relu } from "../kernels/elementwise/op.ts";
import { maxPool } from "../kernels/maxPool/op.ts";
import { transposedConv2d } from "../kernels/transposedConv2d/op.ts";
import { padAll } from "../kernels/window.ts";

export interface TorchResnetOptions {
  /** `basic` is two 3x3 convolutions; `bottleneck` is 1x1, 3x3 and 1x1, and returns four times its channels. */
  readonly block: "basic" | "bottleneck";
  /** Number of blocks in each stage. */
  readonly blocks: readonly [number, number, number, number];
  readonly stemChannels: number;
  readonly channels: readonly [number, number, number, number];
  /** Whether a deformable convolution comes before each transposed one. */
  readonly deformable: boolean;
  /** Output channels at strides 16, 8 and 4. */
  readonly upChannels: readonly [number, number, number];
}

const STAGES = { stemChannels: 64, channels: [64, 128, 256, 512] } as const;
const DEFORMABLE = { deformable: true, upChannels: [256, 128, 64] } as const;
const PLAIN = { deformable: false, upChannels: [256, 256, 256] } as const;

/** Each row is a network of `--arch`: the first two have published weights. */
export const TORCH_RESNET = {
  resdcn_18: { block: "basic", blocks: [2, 2, 2, 2], ...STAGES, ...DEFORMABLE },
  resdcn_101: { block: "bottleneck", blocks: [3, 4, 23, 3], ...STAGES, ...DEFORMABLE },
  res_18: { block: "basic", blocks: [2, 2, 2, 2], ...STAGES, ...PLAIN },
  res_101: { block: "bottleneck", blocks: [3, 4, 23, 3], ...STAGES, ...PLAIN },
} as const satisfies Record<string, TorchResnetOptions>;

const NORM = { batchNorm: { epsilon: 1e-5 } };
const ACTIVATED = { ...NORM, activation: "relu" } as const;

/**
 * Returns the last stage's features: H/32 x W/32.
 *
 * Scopes of the parameters: `stem`, and `stage2` to `stage5` with `block1`, `block2`, … A block has `conv1`, `conv2`, for
 * bottlenecks `conv3`, and `shortcut` if its shape changes; each has `kernel` and `norm`.
 */
export function torchResnet(image: Value, p: Scope, options: TorchResnetOptions): Value {
  const stem = p.at("stem");
  const wide = { channels: options.stemChannels, kernel: 7, stride: 2, padding: padAll(3), ...ACTIVATED };
  const halved = convolution(image, stem, wide); // H/2 x W/2 x 64
  let x = maxPool(halved, stem, { kernel: 3, stride: 2, padding: padAll(1), outside: "ignored" }); // H/4 x W/4 x 64
  options.channels.forEach((channels, index) => {
    const stage = p.at(`stage${index + 2}`);
    for (let n = 1; n <= options.blocks[index]; n++) {
      const stride = n === 1 && index > 0 ? 2 : 1;
      x = block(x, stage.at(`block${n}`), options.block, channels, stride);
    }
  }); // H/4 x W/4, H/8 x W/8, H/16 x W/16, H/32 x W/32
  return x;
}

/** Residual block (figure 5): left `basic`, right `bottleneck`. */
function block(
  x: Value,
  p: Scope,
  kind: TorchResnetOptions["block"],
  channels: number,
  stride: number,
): Value {
  const threes = { channels, kernel: 3, padding: padAll(1) };
  const outer = {
    channels: kind === "basic" ? channels : 4 * channels,
    kernel: 1,
    padding: padAll(0),
    ...NORM,
  };
  let y: Value;
  if (kind === "basic") {
    y = convolution(x, p.at("conv1"), { ...threes, stride, ...ACTIVATED }); // H/s x W/s x C
    y = convolution(y, p.at("conv2"), { ...threes, ...NORM }); // H/s x W/s x C
  } else {
    y = convolution(x, p.at("conv1"), { channels, kernel: 1, padding: padAll(0), ...ACTIVATED }); // H x W x C
    y = convolution(y, p.at("conv2"), { ...threes, stride, ...ACTIVATED }); // H/s x W/s x C
    y = convolution(y, p.at("conv3"), outer); // H/s x W/s x 4C
  }
  const changes = stride > 1 || x.channels !== outer.channels;
  const shortcut = changes ? convolution(x, p.at("shortcut"), { ...outer, stride }) : x;
  return relu(add(y, shortcut, p), p);
}

/**
 * From stride 32 to stride 4: three times a transposed 4x4 convolution, each after a deformable unit if the network has
 * these. Returns H/4 x W/4 x upChannels[2].
 *
 * Scopes of the parameters: `level4`, `level3`, `level2`, each with `deconvolution` (`kernel`, `norm`) and, if deformable,
 * `conv`.
 */
export function resnetUp(c5: Value, p: Scope, { deformable, upChannels }: TorchResnetOptions): Value {
  let x = c5;
  upChannels.forEach((channels, index) => {
    const level = p.at(`level${4 - index}`);
    if (deformable) x = deformUnit(x, level.at("conv"), channels); // h x w x channels
    const up = level.at("deconvolution");
    const y = transposedConv2d(x, up, { channels, kernel: 4, stride: 2, padding: padAll(1) });
    x = relu(batchNorm(y, up.at("norm"), NORM.batchNorm), up); // 2h x 2w x channels
  });
  return x;
}

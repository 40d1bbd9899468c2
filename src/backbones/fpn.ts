/**
 * Feature pyramid network (Lin et al., arXiv:1612.03144): only the top-down path, down to stride 4.
 *
 * Follows the FPN of `CenterNetMobileNetV2FPNFeatureExtractor` and `CenterNetResnetV1FpnFeatureExtractor`
 * (TensorFlow Object Detection API). Differs from the paper in two ways: the number of channels decreases on
 * the way down, and only the last level is used.
 */
import { broadcastAdd } from "../blocks/broadcastAdd.ts";
import { convolution, type Finish, separableConvolution } from "../blocks/convolution.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { upsampleBilinear, upsampleNearest } from "../kernels/upsample/op.ts";

export interface FpnOptions {
  /** Output channels of the 1x1 convolution on c5. */
  readonly topChannels: number;
  /** Output channels of the merges with c4, c3 and c2. */
  readonly channels: readonly [merge4: number, merge3: number, merge2: number];
  /** Whether the merges' 3x3 convolutions are depthwise separable. */
  readonly separable: boolean;
  readonly upsampling: "nearest" | "bilinear";
  /** What follows a merge's convolution before its ReLU. */
  readonly norm: Pick<Finish, "bias" | "batchNorm">;
}

const UPSAMPLE = { nearest: upsampleNearest, bilinear: upsampleBilinear };

/**
 * Returns the map at stride 4: H/4 x W/4 x channels[2].
 *
 * Scopes of the parameters: `lateral5` to `lateral2` for the 1x1 convolutions, and `merge4` to `merge2` for
 * the 3x3 ones. If these are separable, each has `depthwise` and `pointwise`, and the norm belongs to
 * `pointwise`.
 */
export function fpn({ c2, c3, c4, c5 }: Pyramid, p: Scope, options: FpnOptions): Value {
  const { topChannels, channels, separable, upsampling, norm } = options;
  const merge = separable ? separableConvolution : convolution;
  let top = lateral(c5, p.at("lateral5"), topChannels); // H/32 x W/32 x topChannels
  const levels = [
    { level: 4, skip: c4 },
    { level: 3, skip: c3 },
    { level: 2, skip: c2 },
  ];
  levels.forEach(({ level, skip }, index) => {
    const scope = p.at(`merge${level}`);
    const side = lateral(skip, p.at(`lateral${level}`), top.channels);
    const sum = broadcastAdd(UPSAMPLE[upsampling](top, scope), side, scope);
    top = merge(sum, scope, { channels: channels[index], kernel: 3, activation: "relu", ...norm }); // twice the size
  });
  return top; // H/4 x W/4 x channels[2]
}

/** 1x1 convolution with bias, without norm or activation. */
function lateral(x: Value, p: Scope, channels: number): Value {
  return convolution(x, p, { channels, kernel: 1, bias: true });
}

/** A backbone's features at strides 4, 8, 16 and 32. */
export interface Pyramid {
  readonly c2: Value;
  readonly c3: Value;
  readonly c4: Value;
  readonly c5: Value;
}

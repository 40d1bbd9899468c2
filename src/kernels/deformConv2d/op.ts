import { expectShape, type Scope, type Value } from "../../graph/graph.ts";
import type { CellRange, Op } from "../../graph/op.ts";
import { shapeOf } from "../../tensor.ts";

export interface DeformConv2dAttributes {
  /** Output channels. */
  readonly channels: number;
}

/** Samples per output cell: a 3x3 window's. */
export const SAMPLES = 9;
export const WINDOW_SIDE = 3;

/** Channels of the second input: two offsets and one mask for each sample. */
export const OFFSET_CHANNELS = 3 * SAMPLES;

/** The first of the channels that hold the masks. */
export const FIRST_MASK = 2 * SAMPLES;

/**
 * Modulated deformable convolution (Zhu et al., "Deformable ConvNets v2", arXiv:1811.11168), without bias: a 3x3
 * convolution at stride 1, padded by 1, whose nine samples lie anywhere in the map. Follows `dcn_v2_im2col_cuda.cu` of
 * DCNv2, with one group of offsets.
 *
 * The first input is the map x. The second, r, of the same height and width, has 27 channels: of sample k = 3u + v, the
 * offset down is channel 2k and the offset to the right is channel 2k + 1, both in cells; channel 18 + k is the logit of
 * its mask. r comes from an ordinary convolution of x (`blocks/deformUnit.ts`).
 *
 * A sample is bilinear between the four cells around its place. Cells outside the map count as 0, and their weights are
 * not given to the others. A sample whose place is at least one cell outside the map is 0, however far away it is; one
 * at NaN too.
 *
 * Parameter: `kernel` [3, 3, inputChannels, channels].
 */
export const deformConv2dOp: Op<DeformConv2dAttributes> = {
  name: "deformConv2d",
  family: "convolution",
  formula: [
    "y[i, j, o] = Σ over u, v, c of mask · x[i + u − 1 + down, j + v − 1 + right, c] · kernel[u, v, c, o]",
    "with k = 3u + v: down = r[i, j, 2k], right = r[i, j, 2k + 1], mask = 1 / (1 + exp(−r[i, j, 18 + k]))",
    "x between cells is bilinear, outside the map 0",
  ].join("\n"),
  kernelOutputAxis: 3,
  shape(inputs, { channels }) {
    const [x, offsets] = inputs;
    const fits =
      inputs.length === 2 && offsets[1] === x[1] && offsets[2] === x[2] && offsets[3] === OFFSET_CHANNELS;
    expectShape(fits, "deformConv2d", `a map and ${OFFSET_CHANNELS} offsets and masks per cell`, ...inputs);
    return shapeOf(x[1], x[2], channels);
  },
  parameters: ([[, , , inputChannels]], { channels }) => ({
    kernel: { shape: [WINDOW_SIDE, WINDOW_SIDE, inputChannels, channels] },
  }),
  multiplyAdds: ([[, , , inputChannels]], _, [, height, width, channels]) =>
    height * width * channels * SAMPLES * inputChannels,
  cellsRead: () => ({ rows: ANYWHERE, columns: ANYWHERE }),
};

/** Offsets have no limit. */
const ANYWHERE: CellRange = { step: 1, ranges: [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]] };

export function deformConv2d(
  x: Value,
  offsets: Value,
  scope: Scope,
  attributes: DeformConv2dAttributes,
): Value {
  return x.builder.apply(deformConv2dOp, [x, offsets], scope, attributes);
}

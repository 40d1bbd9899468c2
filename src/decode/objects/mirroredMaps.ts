import { type Tensor, tensor } from "../../tensor.ts";

/** The channel of the mirror image's map that corresponds to a channel of the plain image's, and its sign. */
export type MirroredChannel = (channel: number) => { readonly channel: number; readonly sign: 1 | -1 };

const SAME: MirroredChannel = (channel) => ({ channel, sign: 1 });

/**
 * The mean of a map and the mirror image's map, flipped back (Zhou et al., arXiv:1904.07850, section 6.1:
 * "flip testing"). Both are [1, h, w, channels].
 */
export function averageMirrored(plain: Tensor, mirrored: Tensor, of: MirroredChannel = SAME): Tensor {
  const [, height, width, channels] = plain.shape;
  const average = tensor(plain.shape);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [here, there] = [(y * width + x) * channels, (y * width + width - 1 - x) * channels];
      for (let c = 0; c < channels; c++) {
        const { channel, sign } = of(c);
        average.data[here + c] = (plain.data[here + c] + sign * mirrored.data[there + channel]) / 2;
      }
    }
  }
  return average;
}

/** For heatmaps of keypoints. `partners[k]` is keypoint k's counterpart on the other side of the body. */
export function swappedSides(partners: readonly number[]): MirroredChannel {
  return (channel) => ({ channel: partners[channel], sign: 1 });
}

/** For vectors (y, x) to keypoints: the counterpart's vector with its x negated. */
export function swappedVectors(partners: readonly number[]): MirroredChannel {
  return (channel) => ({
    channel: 2 * partners[Math.floor(channel / 2)] + (channel % 2),
    sign: channel % 2 === 0 ? 1 : -1,
  });
}

import { type Tensor, tensor } from "../../tensor.ts";

/** Which channel of a mirror image's map says what this channel says, and with which sign. */
export type MirroredChannel = (channel: number) => { readonly channel: number; readonly sign: 1 | -1 };

const SAME: MirroredChannel = (channel) => ({ channel, sign: 1 });

/**
 * The mean of a map and that of the mirror image, turned back (Zhou et al., arXiv:1904.07850, section 6.1: "flip
 * testing"). Both [1, h, w, channels].
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

/** Of heatmaps of keypoints, of which `partners` says which one is each one's counterpart on the other side. */
export function swappedSides(partners: readonly number[]): MirroredChannel {
  return (channel) => ({ channel: partners[channel], sign: 1 });
}

/** Of vectors (y, x) to keypoints: the counterpart's, and x the other way. */
export function swappedVectors(partners: readonly number[]): MirroredChannel {
  return (channel) => ({
    channel: 2 * partners[Math.floor(channel / 2)] + (channel % 2),
    sign: channel % 2 === 0 ? 1 : -1,
  });
}

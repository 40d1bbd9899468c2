/** Pixels as the networks of CornerNet's descendants take them: blue, green, red, minus a mean, divided by a deviation. */
import type { ChannelScaling } from "./normalization.ts";

/** For pixels from 0 to 1, in the order in which they are applied to blue, green and red. */
export interface PixelStatistics {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

function statistics(means: readonly number[], deviations: readonly number[]): PixelStatistics {
  // The originals hold them as float32.
  return { means: means.map(Math.fround), deviations: deviations.map(Math.fround) };
}

/** COCO's, of both CenterNets' test code (`db/coco.py`; `datasets/dataset/coco.py`). */
export const COCO_PIXELS = statistics(
  [0.40789654, 0.44719302, 0.47026115],
  [0.28863828, 0.27408164, 0.27809835],
);

/** The same, rounded, in the demonstration of Objects as Points and in its Python interface (`opts.py`). */
export const DEMO_PIXELS = statistics([0.408, 0.447, 0.47], [0.289, 0.274, 0.278]);

/** ImageNet's, of its models for Pascal VOC. They belong to red, green and blue, but are applied to blue, green and red. */
export const PASCAL_PIXELS = statistics([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

/** The same for pixels from 0 to 255 in the order red, green, blue. */
export function levelScaling({ means, deviations }: PixelStatistics): ChannelScaling {
  return {
    order: [2, 1, 0],
    mean: means.map((mean) => mean * 255),
    scale: deviations.map((deviation) => 1 / (deviation * 255)),
    offset: [0, 0, 0],
  };
}

/** For each of the network's channels, the normalized value of each of the 256 levels, rounded to float32 once. */
export function normalizedLevels({ means, deviations }: PixelStatistics): Float32Array[] {
  return means.map((mean, channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / deviations[channel]),
  );
}

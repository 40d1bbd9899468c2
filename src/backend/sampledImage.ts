/** A network's input as an image and the places to sample it at, so that a backend can sample it on its device. */
import type { Shape, Tensor } from "../tensor.ts";

/** The two source pixels that a new pixel lies between, and how far it lies towards the second. */
export interface SamplePair {
  before: number;
  after: number;
  fraction: number;
}

/** Bilinear sampling: each pixel of the input is interpolated from four of the image, first along x, then along y. */
export interface ImageSampling {
  /** RGB, 8 bits per channel, row by row. */
  readonly image: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  /** By column of the input; undefined beyond the image, where the input is black. */
  readonly columns: readonly (SamplePair | undefined)[];
  readonly rows: readonly (SamplePair | undefined)[];
  /** `float`: float32, not rounded. `fixedPoint`: whole numbers with fractions in 2048ths, as in `resizeFixedPoint`. */
  readonly arithmetic: "float" | "fixedPoint";
  /**
   * By channel of the input, if sampling returns whole numbers: the image's channel, and the value of each of the 256
   * levels.
   */
  readonly channels?: readonly { readonly from: number; readonly levels: Float32Array }[];
}

/** [1, height, width, 3]. Reading `data` samples the image on the CPU; that result is the definition. */
export interface SampledImage extends Tensor {
  readonly sampling: ImageSampling;
}

/** `make` is called once, if `data` is read at all. */
export function sampledImage(shape: Shape, sampling: ImageSampling, make: () => Float32Array): SampledImage {
  let made: Float32Array | undefined;
  return {
    shape,
    sampling,
    get data() {
      made ??= make();
      return made;
    },
  };
}

export function isSampledImage(input: Tensor): input is SampledImage {
  return "sampling" in input;
}

/** Sample pairs for each pixel along one side of the input if the image begins at pixel `start`. */
export function offsetSamples(
  neighbors: readonly SamplePair[],
  side: number,
  start: number,
): (SamplePair | undefined)[] {
  return Array.from({ length: side }, (_, i) => neighbors[i - start]);
}

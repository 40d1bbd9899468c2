/** A network's input as an image and where it is to be sampled, so that a backend may sample it on its device. */
import type { Shape, Tensor } from "../tensor.ts";

/** The two old pixels that a new one lies between, and how far it lies towards the second. */
export interface SamplePair {
  before: number;
  after: number;
  fraction: number;
}

/** Bilinear sampling: each number of the input lies between four of the image's. Along x first, then along y. */
export interface ImageSampling {
  /** RGB, 8 bits a channel, row by row. */
  readonly image: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  /** By column of the input; undefined where there is no image, but black. */
  readonly columns: readonly (SamplePair | undefined)[];
  readonly rows: readonly (SamplePair | undefined)[];
  /**
   * `float`: float32, as it comes out; `fixedPoint`: fractions are of 2048, in the integers of `resizeFixedPoint`.
   */
  readonly arithmetic: "float" | "fixedPoint";
  /** By channel of the input, where whole numbers come out: the image's channel, and what each of 256 levels becomes. */
  readonly channels?: readonly { readonly from: number; readonly levels: Float32Array }[];
}

/** [1, height, width, 3]. Whoever reads `data` gets the map made on the CPU, which is the definition. */
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

/** Along one side of the input, where the image begins at `start`. */
export function offsetSamples(
  neighbors: readonly SamplePair[],
  side: number,
  start: number,
): (SamplePair | undefined)[] {
  return Array.from({ length: side }, (_, i) => neighbors[i - start]);
}

/** A network's input as a picture and where it is to be sampled, so that a backend may sample it on its device. */
import type { Shape, Tensor } from "../tensor.ts";

/** The two old pixels that a new one lies between, and how far it lies towards the second. */
export interface Neighbours {
  before: number;
  after: number;
  fraction: number;
}

/** Bilinear sampling: each number of the input lies between four of the picture's. Along x first, then along y. */
export interface PictureSampling {
  /** RGB, 8 bits a channel, row by row. */
  readonly picture: { readonly width: number; readonly height: number; readonly data: Uint8Array };
  /** By column of the input; undefined where there is no picture, but black. */
  readonly columns: readonly (Neighbours | undefined)[];
  readonly rows: readonly (Neighbours | undefined)[];
  /**
   * `float`: float32, as it comes out; `fixedPoint`: fractions are of 2048, in the integers of `resizeFixedPoint`.
   */
  readonly arithmetic: "float" | "fixedPoint";
  /** By channel of the input, where whole numbers come out: the picture's channel, and what each of 256 levels becomes. */
  readonly channels?: readonly { readonly from: number; readonly levels: Float32Array }[];
}

/** [1, height, width, 3]. Whoever reads `data` gets the map made on the CPU, which is the definition. */
export interface SampledPicture extends Tensor {
  readonly sampling: PictureSampling;
}

/** `make` is called once, if `data` is read at all. */
export function sampledPicture(
  shape: Shape,
  sampling: PictureSampling,
  make: () => Float32Array,
): SampledPicture {
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

export function isSampledPicture(input: Tensor): input is SampledPicture {
  return "sampling" in input;
}

/** Along one side of the input, where the picture begins at `start`. */
export function placeNeighbours(
  neighbours: readonly Neighbours[],
  side: number,
  start: number,
): (Neighbours | undefined)[] {
  return Array.from({ length: side }, (_, i) => neighbours[i - start]);
}

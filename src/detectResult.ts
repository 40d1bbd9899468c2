/** What `detect` returns for an image. */
import type { BackendDetails } from "./backend/backendDetails.ts";
import type { LeftOut } from "./chooseDetections.ts";
import type { Detection } from "./detection.ts";
import type { Explanation } from "./explain/explanation.ts";
import type { Why } from "./explain/why.ts";
import type { Geometry } from "./image/geometry.ts";
import type { RgbImage } from "./image/rgbImage.ts";
import type { ClassHeatmaps } from "./models/classHeatmaps.ts";
import type { Tensor } from "./tensor.ts";

export interface DetectResult {
  /** Size of the upright image in pixels. */
  width: number;
  height: number;
  /** The upright image, to draw on. */
  image: RgbImage;
  model: string;
  /** The backend that ran. */
  backend: string;
  /** How the backend ran: for `wasm` its build, threads and precision. */
  backendDetails: BackendDetails;
  /** Whether layers ran fused. False if each op ran on its own, which rounds differently. */
  fused: boolean;
  /** Best first, in pixels of the image. */
  detections: Detection[];
  /** What `classes`, `score` and `max` left out. */
  leftOut: LeftOut;
  /** Why there are no detections, in words. Present if there are none. */
  nothingFound?: string;
  /** The most that this model finds in an image. Present if it found as many: there may be more in the image. */
  limitReached?: number;
  /** How the decode arrived at the detections. Present if `explain` was set. */
  explanation?: Explanation;
  /** Why there is no detection at a pixel, or which one. Present if `why` was set. */
  why?: Why;
  /** From pixels of the image to the network's input and the cells of its maps, and back, for each run. */
  geometry: Geometry;
  /** The heatmaps of classes, if the option `heatmaps` was set. */
  heatmaps?: ClassHeatmaps;
  times: Times;
  /** The requested taps by layer name, each [1, height, width, channels]. Empty if `onTap` was set. */
  taps: Readonly<Record<string, Tensor>>;
}

/** All in milliseconds. */
export interface Times {
  /** Loading weights, compiling, and the backend's self-test; paid once per detector. */
  load: number;
  /** From file to pixels. */
  decode: number;
  /**
   * From pixels to the network's input. If the backend samples images on its device, that counts as
   * `network`.
   */
  preprocess: number;
  /** From input to maps, including upload and read-back. The first run also compiles. */
  network: number;
  /** From maps to detections. */
  postprocess: number;
}

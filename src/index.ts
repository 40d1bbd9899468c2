/** The public interface of the package. */

export { type DetectOptions, Detector, type DetectResult, load, type Times } from "./detect.ts";
export type { Box, Detection, Keypoint } from "./detection.ts";
export {
  BackendError,
  CenterNetError,
  type Fault,
  ImageError,
  ModelError,
  UsageError,
} from "./errors.ts";
export { BACKENDS, type Backend } from "./executors/backends.ts";
export type { Picture } from "./image/picture.ts";
export type { InputSize } from "./models/model.ts";
export type { NetworkOptions, WeightsSource } from "./network.ts";

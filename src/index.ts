/** The public interface of the package. */

export type { BackendDetails } from "./backend/backendDetails.ts";
export type {
  BestCellsQuery,
  CellWeight,
  GaussianWeight,
  NearnessWeight,
  PeakAnswer,
  PeakList,
  PeakLists,
  PeakQuery,
  PointsAround,
  TableWeight,
  TopPeaksQueries,
  TopPeaksQuery,
} from "./backend/peakQuery.ts";
export type { LabelMap, LabelMapItem } from "./checkpoints/pipelineConfig/detectionApiSidecar.ts";
export type { LeftOut, LeftOutGroup } from "./chooseDetections.ts";
export type { Cost } from "./cost.ts";
export { describeGraph, type GraphDescription, type GraphTotals, type LayerDescription } from "./describe.ts";
export { Detector, type DetectResult, load, type Times } from "./detect.ts";
export type {
  Box,
  CornerEvidence,
  Detection,
  Explanation,
  Keypoint,
  PairOutcome,
  PairRejection,
  PeakEvidence,
  RejectedPair,
  TripletEvidence,
} from "./detection.ts";
export { DEFAULT_MAX, DEFAULT_SCORE, type DetectOptions } from "./detectOptions.ts";
export { BackendError, CenterNetError, type Fault, ImageError, ModelError, UsageError } from "./errors.ts";
export { BACKENDS, type Backend } from "./executors/backends.ts";
export { type CocoBox, type CocoIds, type CocoKeypoints, cocoBoxes, cocoKeypoints } from "./formats/coco.ts";
export { type CsvImage, csvHeading, csvRows } from "./formats/csv.ts";
export { type YoloOptions, yoloLines } from "./formats/yolo.ts";
export type { Graph, GraphNode } from "./graph/graph.ts";
export { cropImage } from "./image/crop.ts";
export { drawDetections } from "./image/draw/drawDetections.ts";
export { drawHeatmap, type HeatmapPlace } from "./image/draw/drawHeatmap.ts";
export { decodeImage, encodeJpeg, encodePng } from "./image/imageFile.ts";
export type { RgbImage } from "./image/rgbImage.ts";
export type {
  AddressSource,
  BlobSource,
  BrowserImage,
  ImageSource,
  RawImage,
  RawResult,
  ResponseSource,
} from "./imageSources/imageSource.ts";
export type { LabelSource } from "./loading/labels.ts";
export type { WeightsSource } from "./loading/openWeights.ts";
export type { ClassLabel } from "./models/coco.ts";
export type { Model } from "./models/model.ts";
export { DEFAULT_MODEL, MODELS, modelNamed } from "./models/models.ts";
export type { SideRule } from "./models/sideRule.ts";
export type { InputSize, Result, TestTimeOptions, View, Views } from "./models/view.ts";
export type { NetworkOptions } from "./network.ts";

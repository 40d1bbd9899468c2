/** The public interface of the package. */

export { type Block, blocksOf } from "./analysis/blocks.ts";
export {
  CELL_SUM_OPS,
  type CellPlace,
  type CellSum,
  type CellTerm,
  cellSum,
  type MapCell,
} from "./analysis/cellSum.ts";
export { type DeformableSample, deformableSamples } from "./analysis/deformableSamples.ts";
export {
  describeGraph,
  type GraphDescription,
  type GraphTotals,
  type LayerDescription,
} from "./analysis/describe.ts";
export { describeOp, type OpDescription } from "./analysis/describeOp.ts";
export { FAMILIES, networkLayout, type PlacedBlock } from "./analysis/networkLayout.ts";
export type { GraphProfile, KindProfile, LayerProfile, Timed } from "./analysis/profile.ts";
export {
  type FieldArea,
  type FieldAxis,
  type PixelArea,
  receptiveFieldAt,
  receptiveFields,
} from "./analysis/receptiveFields.ts";
export {
  type FacesToMask,
  type FacesToMaskOptions,
  facesToMask,
  findFacesBelow,
} from "./anonymize/facesToMask.ts";
export { type Face, type FindFacesOptions, type FoundFaces, findFaces } from "./anonymize/findFaces.ts";
export { JPEG_QUALITY, type PlainImage, readPlainImage, writeMasked } from "./anonymize/rewriteImage.ts";
export { asNdarray } from "./asNdarray.ts";
export { type BackendDetails, type RanOn, runInWords } from "./backend/backendDetails.ts";
export type {
  Executor,
  Findings,
  OnTap,
  Plan,
  PrepareOptions,
  RunOptions,
  RunResult,
} from "./backend/executor.ts";
export type { LayerTime, LayerTimes } from "./backend/layerTimes.ts";
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
export type { Workers } from "./batch/chooseRunner.ts";
export type { DetectAllOptions, DetectedImage } from "./batch/detectAll.ts";
export type { DetectorRecipe, PortableOptions } from "./batch/messages.ts";
export type { Dtype, Numbers, RawTensor } from "./checkpoints/bytes/dtype.ts";
export type { JsonObject, JsonValue } from "./checkpoints/bytes/json.ts";
export type { Checkpoint, Quantization, Variable } from "./checkpoints/checkpoint.ts";
export type { LabelMap, LabelMapItem } from "./checkpoints/pipelineConfig/detectionApiSidecar.ts";
export { atScore, type FilteredResult, type LeftOut, type LeftOutGroup } from "./chooseDetections.ts";
export {
  type CompareOptions,
  type CompareResult,
  compare,
  type LayerDifference,
  type LayerValues,
  type RecordedValues,
} from "./compare/compare.ts";
export type { DetectionDifference } from "./compare/compareDetections.ts";
export {
  compareTensors,
  type NumberTensor,
  type TensorDifference,
  type WorstElement,
} from "./compare/compareTensors.ts";
export { type DifferenceRow, differenceCsv } from "./compare/differenceCsv.ts";
export { type Dump, type DumpSource, type DumpTensor, openDump } from "./compare/dump/dump.ts";
export type { NameMap } from "./compare/dump/nodeNames.ts";
export { type LayerMaps, layerMaps } from "./compare/layerMaps.ts";
export type { RunFacts } from "./compare/tolerances.ts";
export type { Cost } from "./cost.ts";
export { CenterTrace, type DroppedRow, type Suppression } from "./decode/centerTrace.ts";
export {
  type DecodedFaces,
  decodeFaces,
} from "./decode/faces/decodeFaces.ts";
export type { FaceMaps, FaceRows, FaceSettings } from "./decode/faces/faceRows.ts";
export { HeatmapTrace, type PeakSearch } from "./decode/heatmapTrace.ts";
export type { GaussianCandidates } from "./decode/keypointScores.ts";
export type { FractionBox, Points, Pose, PoseKeypoint } from "./decode/keypoints.ts";
export type { FoundObjects } from "./decode/objects/detectedObjects.ts";
export {
  type DetectedObject,
  detectedObjects,
  type LabelledKeypoint,
} from "./decode/objects/detectedObjects.ts";
export type { KeypointCandidates, PoseMaps } from "./decode/objects/keypointCandidates.ts";
export type { ObjectCenters, TrueShape } from "./decode/objects/objectCenters.ts";
export type { ObjectKeypoints, TaskKeypoints } from "./decode/objects/objectKeypoints.ts";
export { type DecodedObjects, decodeObjects } from "./decode/objects/objects.ts";
export type { ObjectMaps } from "./decode/objects/readout.ts";
export type { KeypointChoice, RefinedKeypoints } from "./decode/objects/refineKeypoints.ts";
export type {
  CandidateRankingMode,
  KeypointEstimationParams,
  ObjectCenterParams,
} from "./decode/objects/settings.ts";
export {
  BATCH_NON_MAX_SUPPRESSION,
  type BatchNonMaxSuppression,
  type BoxForm,
  type DecodeSettings,
  KEYPOINT_ESTIMATION_PARAMS,
  type KeypointEstimationTask,
  OBJECT_CENTER_PARAMS,
} from "./decode/objects/settings.ts";
export type { Ranked } from "./decode/peaks.ts";
export { decodeMultiPose, type MultiPoseConstants, type MultiPoseMaps } from "./decode/poses/multiPose.ts";
export {
  decodeSinglePose,
  type SinglePoseConstants,
  type SinglePoseMaps,
} from "./decode/poses/singlePose.ts";
export {
  CENTRAL_REGION,
  type CentralRegionSettings,
  centralRegion,
  type Triplet,
} from "./decode/triplets/centralRegion.ts";
export type { CornerOrCenterMaps, Peak } from "./decode/triplets/heatmapPeaks.ts";
export type { CornerPair, PairSettings } from "./decode/triplets/pairCorners.ts";
export { SOFT_NMS, type SoftNmsSettings } from "./decode/triplets/softNms.ts";
export {
  type DecodedTriplets,
  type DetectedTriplet,
  decodeTriplets,
  type HeatmapTraces,
  type LoweredTriplet,
  TRIPLET_SETTINGS,
  type TripletMaps,
  type TripletSettings,
  type ViewMaps,
  type ViewPeaks,
  viewPeaks,
} from "./decode/triplets/triplets.ts";
export type { PixelBox, PlacedPair, ViewTransform } from "./decode/triplets/viewTransform.ts";
export { type DecodedOutputs, type DecodeOptions, decodeOutputs } from "./decodeOutputs.ts";
export { describePlan, type PlanOptions } from "./describePlan.ts";
export { Detector, load } from "./detect.ts";
export {
  type Box,
  COCO_SKELETON,
  type CornerEvidence,
  type Detection,
  type Keypoint,
  type PeakEvidence,
  type Point,
  SEEN_KEYPOINT,
  type TripletEvidence,
} from "./detection.ts";
export {
  type DetectionRecord,
  detectionRecord,
  type RecordedError,
  type RecordedResult,
} from "./detectionRecord.ts";
export {
  DEFAULT_MAX,
  DEFAULT_SCORE,
  type DetectOptions,
  type DetectorProfileOptions,
  isScales,
  SCALES_EXPECTED,
} from "./detectOptions.ts";
export type { DetectResult, Times } from "./detectResult.ts";
export {
  BackendError,
  CenterNetError,
  type Fault,
  ImageError,
  ModelError,
  oneLine,
  UsageError,
} from "./errors.ts";
export {
  type DetectorEvaluation,
  type EvaluateDetectorOptions,
  evaluateDetector,
} from "./evaluateModel/evaluateDetector.ts";
export type { PublishedComparison } from "./evaluateModel/published.ts";
export type { PrecisionRecall } from "./evaluation/accumulate.ts";
export { type Analysis, type AnalysisOptions, analyze } from "./evaluation/analysis/analyze.ts";
export {
  type Confusion,
  type ConfusionMatrix,
  confusionMatrix,
  worstConfusions,
} from "./evaluation/analysis/confusion.ts";
export {
  ERROR_KINDS,
  type ErrorAnalysis,
  type ErrorKind,
  type ErrorShare,
  errorAnalysis,
} from "./evaluation/analysis/errors.ts";
export {
  type ImageMark,
  type ImageMarks,
  imageMarks,
  type MarkState,
} from "./evaluation/analysis/imageMarks.ts";
export { OUTCOME, type Outcomes, outcomesAt } from "./evaluation/analysis/outcomes.ts";
export { type PrecisionCurves, precisionCurves } from "./evaluation/analysis/precisionCurves.ts";
export {
  type ScoreCurve,
  type ScoreCurves,
  type ScorePoint,
  scoreCurves,
} from "./evaluation/analysis/scoreCurves.ts";
export { type WorstImage, type WorstImages, worstImages } from "./evaluation/analysis/worstImages.ts";
export { type CategoryRows, type Evaluation, evaluate } from "./evaluation/evaluate.ts";
export type { JsonSource } from "./evaluation/json/feed.ts";
export type { Arranged } from "./evaluation/matching/arrange.ts";
export type { ImageMatches } from "./evaluation/matching/imageMatches.ts";
export type { AreaRange, EvaluationOptions, EvaluationParameters } from "./evaluation/parameters.ts";
export {
  type AnnotatedImage,
  type Annotations,
  annotationsOf,
  type Category,
  type ReadOptions,
  readAnnotations,
} from "./evaluation/reading/annotations.ts";
export type { EvaluationType, FoundColumns, FoundRow } from "./evaluation/reading/foundColumns.ts";
export type { ImageId } from "./evaluation/reading/ids.ts";
export { type Results, type ResultsOptions, readResults, resultsOf } from "./evaluation/reading/results.ts";
export type { TruthColumns, TruthRow } from "./evaluation/reading/truthColumns.ts";
export type { Row } from "./evaluation/rows.ts";
export { evaluationChart } from "./evaluationReport/chartFile.ts";
export { type ExampleOptions, exampleImage } from "./evaluationReport/exampleImage.ts";
export type { ReportExample } from "./evaluationReport/examples.ts";
export type { ReportInput } from "./evaluationReport/facts.ts";
export { evaluationReport, type ReportContent } from "./evaluationReport/reportHtml.ts";
export {
  type AdapterDescription,
  adapterName,
  isSoftware as isSoftwareAdapter,
} from "./executors/adapters.ts";
export {
  BACKENDS,
  type Backend,
  type ExecutorOptions,
  hasOption,
  isThreadCount,
  THREADS_EXPECTED,
} from "./executors/backends.ts";
export type { WasmPlanDescription } from "./executors/wasm/describeWasmPlan.ts";
export type { GpuAdapterInfo } from "./executors/wgsl/device/webgpu.ts";
export type { PrepareProgress } from "./executors/wgsl/deviceGraph.ts";
export * from "./explain/explanation.ts";
export {
  type CandidateSteps,
  candidateInWords,
  candidateSteps,
  candidateSummary,
  explanationSummary,
} from "./explain/explanationInWords.ts";
export * from "./explain/why.ts";
export { whyInWords } from "./explain/whyInWords.ts";
export type { OnnxFile } from "./export/onnx/encodeOnnx.ts";
export { exportOnnx, type OnnxExport, type OnnxOptions, prepareOnnx } from "./export/onnx/exportOnnx.ts";
export type { OnnxType, OnnxValue } from "./export/onnx/onnxGraph.ts";
export {
  type CocoBox,
  type CocoIds,
  type CocoKeypoints,
  type CocoModel,
  cocoBoxes,
  cocoImageIds,
  cocoImagesFrame,
  cocoKeypoints,
} from "./formats/coco.ts";
export { type CsvImage, csvHeading, csvRows } from "./formats/csv.ts";
export { type Frame, framed, JSON_ARRAY, jsonLine } from "./formats/jsonFrame.ts";
export { encodeNpy } from "./formats/npy.ts";
export { type YoloImage, type YoloOptions, yoloLines } from "./formats/yolo.ts";
export type { BatchNormParameters, DerivedParameter } from "./graph/derivedParameter.ts";
export type { Graph, GraphNode } from "./graph/graph.ts";
export type { Activation, CellRange, CellsRead, Epilogue, OpFamily, ParameterRule } from "./graph/op.ts";
export { explainKites, KITE_CLASS, KITE_IMAGE, KITES, type Kite } from "./illustration/kites.ts";
export {
  cellsSeen,
  illustratedPools,
  POOL_CELLS,
  type PoolCell,
  type PoolMaps,
  type SeenCells,
} from "./illustration/pools.ts";
export { cropImage } from "./image/crop.ts";
export { type DrawOptions, drawDetections } from "./image/draw/drawDetections.ts";
export {
  Geometry,
  type GeometryData,
  geometryFrom,
  ViewGeometry,
  type ViewPlacement,
} from "./image/geometry.ts";
export { decodeImage, encodeJpeg, encodePng } from "./image/imageFile.ts";
export type { ImageTransform } from "./image/input/letterbox.ts";
export type { ChannelScaling } from "./image/input/normalization.ts";
export {
  grownBox,
  isWeakMask,
  MASK_SHAPES,
  MASKS,
  type Mask,
  type MaskOptions,
  type MaskShape,
  maskFaces,
} from "./image/mask/maskFaces.ts";
export type { PngParts } from "./image/png/encodePng.ts";
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
export { readImageSource } from "./imageSources/readImageSource.ts";
export {
  MEMORY_USES,
  type MemoryUse,
  PRECISIONS,
  type Precision,
  WASM_BUILDS,
  type WasmBuild,
} from "./kernels/kernel.ts";
export type { LabelSource } from "./loading/labels.ts";
export {
  type OpenedModel,
  type OpenModelOptions,
  openModel,
  type ParameterFacts,
} from "./loading/openModel.ts";
export type { OpenOptions, WeightsSource } from "./loading/openWeights.ts";
export type { ReadAgain, ReadSome } from "./loading/readAgain.ts";
export { type CenterMaps, centerMaps, channelOf } from "./models/centerMaps.ts";
export type { ClassHeatmaps, HeatmapOutputs, HeatmapPart } from "./models/classHeatmaps.ts";
export type { ClassLabel } from "./models/coco.ts";
export type { Decoding } from "./models/decoding.ts";
export { keypointRanking } from "./models/keypointRanking.ts";
export {
  type InputSquares,
  inputSquares,
  type LoadedModel,
  type Model,
  type PixelMeans,
  type PublishedFigures,
  type PublishedProtocol,
} from "./models/model.ts";
export { DEFAULT_MODEL, MODELS, modelNamed } from "./models/models.ts";
export type { SideRule } from "./models/sideRule.ts";
export {
  type ExplainedBox,
  type ExplainedTriplets,
  explainedTriplets,
  type PlacedPeak,
} from "./models/triplets/tripletExplanation.ts";
export type {
  ChosenDetections,
  DetectionFate,
  Explained,
  InputSize,
  Maps,
  Result,
  TestTimeOptions,
  View,
  ViewOptions,
  Views,
  WhyPixel,
} from "./models/view.ts";
export {
  type Network,
  type NetworkOptions,
  type NetworkParts,
  type NetworkRunOptions,
  type Profile,
  type ProfileOptions,
  runnable,
} from "./network.ts";
export { releaseMemory } from "./support/releaseMemory.ts";
export { mostSimilar } from "./support/unknownName.ts";
export type { Layout, Parameter, Shape, Tensor, Weights } from "./tensor.ts";
export type {
  CaseDescription,
  Role,
  TapDescription,
  TapDtype,
  TapLayout,
  Tolerance,
  ToleranceTable,
} from "./verify/caseDescription.ts";
export type { Comparison, Element } from "./verify/compare.ts";
export {
  type GoldenCaseFacts,
  type GoldenCaseFiles,
  type GoldenValue,
  goldenCaseFiles,
  goldenValue,
} from "./verify/generic/goldenCaseFiles.ts";
export { type GoldenCase, type GoldenTap, readGoldenCase } from "./verify/goldenCase.ts";
export { reportChart } from "./verify/report/reportChart.ts";
export { reportJson } from "./verify/report/reportJson.ts";
export type { MapOptions } from "./verify/truth/truth.ts";
export {
  compareWithTruth,
  type ErrorSize,
  readTruth,
  type TrueValues,
  type Truth,
  type TruthComparison,
} from "./verify/truth/truth.ts";
export { type TruthSummary, truthSummary } from "./verify/truth/truthSummary.ts";
export type {
  CaseReport,
  OnCompared,
  TapMaps,
  TapReport,
  VerifyModelOptions,
} from "./verify/verifyCase.ts";
export { verifyModel } from "./verify/verifyModel.ts";
export {
  type ActivationGrid,
  activationGrid,
  type GridOptions,
  type GridOrder,
  type GridRange,
  type GridScale,
} from "./visualization/activationGrid.ts";
export { type ColorMapName, colorMap } from "./visualization/colorMap.ts";
export {
  type DifferenceBar,
  type DifferenceChart,
  differenceChart,
  differenceScale,
} from "./visualization/differenceChart.ts";
export { drawHeatmap, type HeatmapPlace } from "./visualization/drawHeatmap.ts";
export { type DrawNetworkOptions, drawNetwork } from "./visualization/drawNetwork.ts";
export type { HeatmapSource } from "./visualization/heatmap.ts";
export { type Heatmap, type HeatmapOptions, heatmap } from "./visualization/heatmap.ts";
export { kernelMaps } from "./visualization/kernelMaps.ts";
export { type LogScale, logScale, shareOfScale } from "./visualization/logScale.ts";
export {
  channelStatistics,
  type Histogram,
  type HistogramOptions,
  histogramOf,
  type Part,
  quantilesOf,
  type Statistics,
  statisticsOf,
} from "./visualization/statistics.ts";
export { thumbnail } from "./visualization/thumbnail.ts";

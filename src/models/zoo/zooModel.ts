import { CenterTrace } from "../../decode/centerTrace.ts";
import { type DetectedObject, detectedObjects } from "../../decode/objects/detectedObjects.ts";
import type { TrueShape } from "../../decode/objects/objectCenters.ts";
import { decodeObjectPeaks, objectPeakQuery } from "../../decode/objects/objectPeaks.ts";
import { type DecodedObjects, decodeObjects } from "../../decode/objects/objects.ts";
import type { ObjectMaps } from "../../decode/objects/readout.ts";
import {
  type DecodeSettings,
  KEYPOINT_ESTIMATION_PARAMS,
  OBJECT_CENTER_PARAMS,
} from "../../decode/objects/settings.ts";
import { placementOf, type ViewPlacement } from "../../image/geometry.ts";
import {
  describeResizer,
  fixedInputSize,
  type ImageResizer,
  inputSizeOf,
  resizerTo,
  squareResizer,
} from "../../image/input/resizer/imageResizer.ts";
import { placeByResizer, resizeForNetwork } from "../../image/input/resizer/resizeForNetwork.ts";
import type { Tensor } from "../../tensor.ts";
import {
  type CenterRow,
  centersResult,
  type FoundCenters,
  type TracedView,
  tracedCenters,
} from "../centerExplanation.ts";
import { type ClassLabel, COCO_KEYPOINTS, COCO_LABELS, PERSON } from "../coco.ts";
import type { Model } from "../model.ts";
import { objectDetection, toImageCoordinates } from "../toDetection.ts";
import { type InputSize, peakView, type View } from "../view.ts";
import type { ZooRow } from "./zoo.ts";
import { ZOO_BACKBONES, type ZooArchitecture, zooGraph } from "./zooArchitecture.ts";

/** Everything that defines one CenterNet of the Object Detection API: what its `pipeline.config` states. */
export interface ZooSpec {
  readonly name: string;
  /** How images become the network's input. */
  readonly resizer: ImageResizer;
  readonly architecture: ZooArchitecture;
  readonly decode: DecodeSettings;
  /** The classes' names by label-map id. Channel c of the network is id c + 1. */
  readonly labels: ReadonlyMap<number, string>;
  readonly weightsHint: string;
}

/** Input pixels per output cell; the same for every backbone here. */
export const OUTPUT_STRIDE = 4;

/** A model with the spec that it was built from, which verification needs. */
export interface ZooModel extends Model {
  readonly spec: ZooSpec;
}

export function isZooModel(model: Model): model is ZooModel {
  return "spec" in model;
}

export function zooModel(spec: ZooSpec): ZooModel {
  const { name, resizer, architecture, decode, labels, weightsHint } = spec;
  const backbone = ZOO_BACKBONES[architecture.backbone];
  const fixed = fixedInputSize(resizer);
  return {
    spec,
    name,
    backbone: backbone.title,
    outputs: architecture.keypoints === undefined ? "boxes" : "boxes, keypoints",
    classes: classesOf(labels, architecture.classes),
    heatmaps: {
      outputs: { center: "centerHeatmap" },
      classIds: Array.from({ length: architecture.classes }, (_, channel) => channel + 1),
    },
    ...(architecture.keypoints !== undefined && {
      keypointNames: decode.keypointEstimationTask.flatMap(({ keypointLabels }) => keypointLabels),
    }),
    maxDetections: decode.objectCenterParams.maxBoxPredictions,
    defaultSize: fixed ?? typicalSize(resizer, backbone.sizeMultiple),
    sizeMultiple: backbone.sizeMultiple,
    sides: backbone.sides,
    ...(fixed ? resizer.kind === "keepAspectRatio" && { square: true } : { sizedByImage: true }),
    resizer: describeResizer(resizer),
    weightsHint,
    constants: () => new Map(),
    graph: (size) => zooGraph(architecture, size),
    decoding: () => ({ kind: "objects", settings: decode }),
    views(image, loaded, options) {
      const resizerAtSize = resizerTo(resizer, loaded.size);
      const { size, trueShape, transform } = placeByResizer(image, resizerAtSize);
      const labelOf = (channel: number) => {
        const classId = channel + 1;
        return { label: labels.get(classId) ?? `class ${classId}`, classId };
      };
      const rowOf = (object: DetectedObject) => {
        const onInput = objectDetection(object, labelOf(object.classIndex), trueShape);
        return { detection: toImageCoordinates(onInput, transform) };
      };
      const inputs = () => ({ image: resizeForNetwork(image, resizerAtSize) });
      const { explain, why } = options;
      const placement = placementOf(transform, size, OUTPUT_STRIDE);
      const traced = { placement, why, asked: {}, labelOf };
      const view = { placement, inputs, settings: decode, rowOf, trueShape };
      return {
        views: [explain || why ? tracedObjectView(view, traced) : objectView(view)],
        combine: (found: readonly FoundCenters[]) => centersResult("objects", found, options),
      };
    },
  };
}

/** The named classes of a network with this many channels. */
function classesOf(labels: ReadonlyMap<number, string>, channels: number): ClassLabel[] {
  const ids = [...labels.keys()].filter((id) => id <= channels).sort((a, b) => a - b);
  return ids.map((classId) => ({ classId, label: labels.get(classId) ?? `class ${classId}` }));
}

/** The input for an image of 640 x 480 pixels, in multiples: a size to describe the network at. */
function typicalSize(resizer: ImageResizer, multiple: number): InputSize {
  const { height, width } = inputSizeOf(resizer, { height: 480, width: 640 });
  const rounded = (side: number) => Math.max(1, Math.round(side / multiple)) * multiple;
  return { height: rounded(height), width: rounded(width) };
}

/** A run of the network whose objects are decoded according to the settings. */
export interface ObjectView {
  readonly placement: ViewPlacement;
  readonly inputs: View<unknown>["inputs"];
  readonly settings: DecodeSettings;
  /** An object in pixels of the image. */
  readonly rowOf: (object: DetectedObject) => CenterRow;
  readonly trueShape?: TrueShape;
}

/** Decodes from peaks alone if these suffice. */
export function objectView({
  placement,
  inputs,
  settings,
  rowOf,
  trueShape,
}: ObjectView): View<FoundCenters> {
  const foundIn = (decoded: DecodedObjects): FoundCenters => {
    const rows = detectedObjects(decoded, settings.keypointEstimationTask).map(rowOf);
    return { detections: rows.flatMap(({ detection, isOutside }) => (isOutside ? [] : [detection])) };
  };
  const query = objectPeakQuery(settings, trueShape);
  if (query) {
    return peakView(placement, inputs, query, (answer) =>
      foundIn(decodeObjectPeaks(answer, settings, trueShape)),
    );
  }
  const decode: View<FoundCenters>["decode"] = (outputs) =>
    foundIn(decodeObjects(zooMaps(outputs, settings), settings, trueShape));
  return { size: inputSizeIn(placement), placement, inputs, decode };
}

/** Decodes whole maps, with a trace. Finds the same. */
export function tracedObjectView(
  { placement, inputs, settings, rowOf, trueShape }: ObjectView,
  view: TracedView,
): View<FoundCenters> {
  const decode: View<FoundCenters>["decode"] = (outputs) => {
    const trace = new CenterTrace();
    const decoded = decodeObjects(zooMaps(outputs, settings), settings, trueShape, trace);
    const everyRow = { ...decoded, detected: Int32Array.from(trace.centers.keys()) };
    const rows = detectedObjects(everyRow, settings.keypointEstimationTask).map(rowOf);
    return tracedCenters(trace, rows, decoded.detected, view);
  };
  return { size: inputSizeIn(placement), placement, inputs, decode };
}

function inputSizeIn({ inputHeight, inputWidth }: ViewPlacement): InputSize {
  return { height: inputHeight, width: inputWidth };
}

/** A model of the zoo's table, decoded as its published `pipeline.config` states. */
export function publishedZooModel({ name, side, architecture, published }: ZooRow): Model {
  const task = { ...KEYPOINT_ESTIMATION_PARAMS, perKeypointOffset: true, classIndex: PERSON.classId - 1 };
  const keypointEstimationTask = architecture.keypoints ? [{ ...task, keypointLabels: COCO_KEYPOINTS }] : [];
  const decode = {
    outputStride: OUTPUT_STRIDE,
    objectCenterParams: OBJECT_CENTER_PARAMS,
    keypointEstimationTask,
  };
  const weightsHint = `Run centernet pull ${name}, or give its archive as the option weights.`;
  const model = zooModel({
    name,
    resizer: squareResizer(side),
    architecture,
    decode,
    labels: COCO_LABELS,
    weightsHint,
  });
  return { ...model, hasArchive: true, published };
}

/** The graph's outputs in the form that the decode takes. */
export function zooMaps(outputs: Readonly<Record<string, Tensor>>, settings: DecodeSettings): ObjectMaps {
  const { centerHeatmap, boxSize, boxOffset, keypointHeatmap, keypointRegression, keypointOffset } = outputs;
  const task = { keypointHeatmap, keypointRegression, keypointOffset };
  const keypointTasks = settings.keypointEstimationTask.map(() => task);
  return { centerHeatmap, boxSize, boxOffset, keypointTasks };
}

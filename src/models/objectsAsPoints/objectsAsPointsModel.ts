import type { DetectedObject } from "../../decode/objects/detectedObjects.ts";
import {
  averageMirrored,
  type MirroredChannel,
  swappedSides,
  swappedVectors,
} from "../../decode/objects/mirroredMaps.ts";
import {
  type BoxForm,
  type DecodeSettings,
  KEYPOINT_ESTIMATION_PARAMS,
  OBJECT_CENTER_PARAMS,
} from "../../decode/objects/settings.ts";
import { type LoweredRow, SOFT_NMS, softNms } from "../../decode/triplets/softNms.ts";
import type { Detection } from "../../detection.ts";
import { placementOf } from "../../image/geometry.ts";
import type { Tensor } from "../../tensor.ts";
import { type CenterRow, centersResult, type FoundCenters, type MergedViews } from "../centerExplanation.ts";
import { type ClassLabel, COCO_KEYPOINTS } from "../coco.ts";
import type { Model } from "../model.ts";
import { objectDetection, toImageCoordinates } from "../toDetection.ts";
import type { View } from "../view.ts";
import { OUTPUT_STRIDE, objectView, tracedObjectView } from "../zoo/zooModel.ts";
import type { PointsInput } from "./pointsInput.ts";

export interface ObjectsAsPointsSpec {
  readonly name: string;
  /** The usual spelling of the backbone: `DLA-34`. */
  readonly title: string;
  /** The classes in the order of the network's channels. */
  readonly classes: readonly ClassLabel[];
  readonly withPoses: boolean;
  readonly graph: Model["graph"];
  readonly sizeMultiple: number;
  readonly input: PointsInput;
  /** Side of the input that describes the network, and at which it runs unless images decide. */
  readonly side: number;
  /**
   * Whether joints are searched in boxes as the network gives them, which is what the original does, rather than in boxes
   * clipped to the map, which is what the Object Detection API does.
   */
  readonly wholeBoxes: boolean;
  readonly boxForm?: BoxForm;
  readonly weightsHint: string;
  readonly published?: Model["published"];
}

/**
 * Objects as Points (Zhou et al., arXiv:1904.07850), tested like `lib/detectors/{ctdet,multi_pose}.py` of
 * github.com/xingyizhou/CenterNet. `flip` averages the maps of the image and its mirror image. Several `scales` are
 * merged by soft-NMS. The decode is the one that the Object Detection API adopted: the best 100 peaks without
 * suppression, and each keypoint moves to the nearest peak of its heatmap inside the object's box if that is near
 * enough.
 *
 * Boxes are clipped to the image here, and those outside are dropped; the original leaves that to its evaluation, and so
 * does `reproduceReference`.
 */
export function objectsAsPointsModel(spec: ObjectsAsPointsSpec): Model {
  const { name, title, classes, withPoses, graph, sizeMultiple, input, side, weightsHint, published } = spec;
  const settings = decodeSettings(spec, spec.wholeBoxes);
  return {
    name,
    backbone: `${title}, points`,
    outputs: withPoses ? "boxes, keypoints" : "boxes",
    classes,
    heatmaps: { outputs: { center: "centerHeatmap" }, classIds: classes.map(({ classId }) => classId) },
    ...(withPoses && { keypointNames: COCO_KEYPOINTS }),
    defaultSize: { height: side, width: side },
    sizeMultiple,
    ...(input.sizedByImage ? { sizedByImage: true } : { square: true }),
    placement: input.placement,
    ...(input.pixelScaling && { pixelScaling: input.pixelScaling }),
    testTimeOptions: ["flip", "scales", "reproduceReference"],
    weightsHint,
    ...(published && { published }),
    constants: () => new Map(),
    graph,
    decoding: () => ({ kind: "objects", settings: decodeSettings(spec, false) }),
    views(image, loaded, options) {
      const { flip = false, scales = [1], explain, why, reproduceReference = false } = options;
      const asked = {};
      const decode = reproduceReference ? decodeSettings(spec, true) : settings;
      const views = scales.map((scale): View<FoundCenters> => {
        const { size, transform } = input.place(image, loaded.size, scale);
        const labelOf = (channel: number) => classes[channel];
        const rowOf = (object: DetectedObject) => {
          const onCanvas = objectDetection(object, labelOf(object.classIndex), size);
          const detection = toImageCoordinates(onCanvas, transform);
          return reproduceReference ? { detection } : withinImage(detection, image);
        };
        const inputs = (mirrored: boolean) => () => ({ image: input.make(image, size, { scale, mirrored }) });
        const placement = { ...placementOf(transform, size, OUTPUT_STRIDE), scale };
        const view = { placement, inputs: inputs(false), settings: decode, rowOf };
        const traced = { placement, why, asked, labelOf };
        const isTraced = explain || why !== undefined;
        const decoded = isTraced ? tracedObjectView(view, traced) : objectView(view);
        const mirror = { inputs: inputs(true), average: averageOutputs };
        return {
          ...{ size, placement, inputs: inputs(false), decode: decoded.decode },
          ...(flip ? { mirror } : { peaks: decoded.peaks }),
        };
      });
      const combine = (found: readonly FoundCenters[]) =>
        centersResult("points", found, options, found.length > 1 ? suppressed : undefined);
      return { views, combine };
    },
  };
}

type Outputs = Readonly<Record<string, Tensor>>;

/** The keypoint that takes each keypoint's place in a mirror image: the right eye for the left one. */
const PARTNERS = COCO_KEYPOINTS.map((name, _, names: readonly string[]) => {
  const other = name.replace(/^(left|right)/, (side) => (side === "left" ? "right" : "left"));
  return names.indexOf(other);
});

/** Averages all maps except the offsets within a cell, which are the plain image's. */
function averageOutputs(plain: Outputs, mirrored: Outputs): Outputs {
  const channels: Readonly<Record<string, MirroredChannel | undefined>> = {
    keypointHeatmap: swappedSides(PARTNERS),
    keypointRegression: swappedVectors(PARTNERS),
  };
  const averaged = ["centerHeatmap", "boxSize", "keypointHeatmap", "keypointRegression"];
  const joined = Object.entries(plain).map(([name, map]) => {
    return [name, averaged.includes(name) ? averageMirrored(map, mirrored[name], channels[name]) : map];
  });
  return Object.fromEntries(joined);
}

/** Soft-NMS of each class on its own, as in the code of the triplets. */
function suppressed(detections: readonly Detection[], isTraced: boolean): MergedViews {
  const merged: Detection[] = [];
  const places: number[] = [];
  const lowered = new Map<number, LoweredRow>();
  for (const id of new Set(detections.map(({ classId }) => classId))) {
    const ofClass = [...detections.keys()].filter((index) => detections[index].classId === id);
    const rows = ofClass.map((index) => {
      const { box, score } = detections[index];
      const place = { x1: box.xmin, y1: box.ymin, x2: box.xmax, y2: box.ymax };
      return { ...place, score: Math.fround(score), topLeftScore: 0, bottomRightScore: 0 };
    });
    const trace: LoweredRow[] | undefined = isTraced ? [] : undefined;
    for (const { score, source } of softNms(rows, SOFT_NMS, trace).boxes) {
      places[ofClass[source]] = merged.length;
      merged.push({ ...detections[ofClass[source]], score });
    }
    for (const { source, by, ...how } of trace ?? []) {
      const most = lowered.get(ofClass[source]);
      if (most && most.weight <= how.weight) continue;
      lowered.set(ofClass[source], { ...how, source: ofClass[source], by: ofClass[by] });
    }
  }
  return { detections: merged, places, lowered };
}

function decodeSettings(
  { withPoses, boxForm }: Pick<ObjectsAsPointsSpec, "withPoses" | "boxForm">,
  wholeBoxes: boolean,
): DecodeSettings {
  const pose = {
    ...KEYPOINT_ESTIMATION_PARAMS,
    boxScale: 1,
    classIndex: 0,
    keypointLabels: COCO_KEYPOINTS,
  };
  return {
    outputStride: OUTPUT_STRIDE,
    objectCenterParams: OBJECT_CENTER_PARAMS,
    keypointEstimationTask: withPoses ? [pose] : [],
    ...(wholeBoxes && { wholeBoxes }),
    ...(boxForm && { boxForm }),
  };
}

/** Clips a detection to the image, unless it lies entirely outside, on the rest of the canvas. */
function withinImage(
  detection: Detection,
  { width, height }: { readonly width: number; readonly height: number },
): CenterRow {
  const { box } = detection;
  const cut = {
    xmin: Math.max(box.xmin, 0),
    ymin: Math.max(box.ymin, 0),
    xmax: Math.min(box.xmax, width),
    ymax: Math.min(box.ymax, height),
  };
  const isInside = cut.xmin < cut.xmax && cut.ymin < cut.ymax;
  return isInside ? { detection: { ...detection, box: cut } } : { detection, isOutside: true };
}

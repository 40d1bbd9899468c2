import type { DetectedObject } from "../../decode/objects/detectedObjects.ts";
import {
  averageMirrored,
  type MirroredChannel,
  swappedSides,
  swappedVectors,
} from "../../decode/objects/mirroredMaps.ts";
import {
  type DecodeSettings,
  KEYPOINT_ESTIMATION_PARAMS,
  OBJECT_CENTER_PARAMS,
} from "../../decode/objects/settings.ts";
import { type LoweredRow, SOFT_NMS, softNms } from "../../decode/triplets/softNms.ts";
import type { Detection } from "../../detection.ts";
import { placementOf } from "../../image/geometry.ts";
import { centerOnMultiple, placeOnMultiple } from "../../image/input/centerOnMultiple.ts";
import type { Tensor } from "../../tensor.ts";
import { type CenterRow, centersResult, type FoundCenters, type MergedViews } from "../centerExplanation.ts";
import { COCO_KEYPOINTS, classLabels, PERSON } from "../coco.ts";
import type { Model } from "../model.ts";
import { objectDetection, toImageCoordinates } from "../toDetection.ts";
import type { View } from "../view.ts";
import { ZOO_BACKBONES, type ZooArchitecture, zooGraph } from "../zoo/zooArchitecture.ts";
import { OUTPUT_STRIDE, objectView, tracedObjectView } from "../zoo/zooModel.ts";

export interface ObjectsAsPointsSpec {
  readonly name: string;
  readonly architecture: ZooArchitecture;
  readonly weightsHint: string;
}

/**
 * Objects as Points (Zhou et al., arXiv:1904.07850), tested like `lib/detectors/{ctdet,multi_pose}.py` of
 * github.com/xingyizhou/CenterNet with `--keep_res`: each image at its own size. `flip` averages the maps of
 * the image and its mirror image. Several `scales` are merged by soft-NMS. The decode is the one that the
 * Object Detection API adopted: the best 100 peaks without suppression, and each keypoint moves to the
 * nearest peak of its heatmap inside the object's box if that is near enough.
 *
 * Only the parts shared with the zoo's Hourglass-104 were compared with the original's numbers. Boxes are
 * clipped to the image here; the original leaves that to its evaluation.
 */
export function objectsAsPointsModel({ name, architecture, weightsHint }: ObjectsAsPointsSpec): Model {
  const { title, sizeMultiple } = ZOO_BACKBONES[architecture.backbone];
  const withPoses = architecture.keypoints !== undefined;
  const settings = decodeSettings(withPoses);
  const labels = withPoses ? [PERSON] : classLabels(architecture.classes);
  return {
    name,
    backbone: `${title}, points`,
    outputs: withPoses ? "boxes, keypoints" : "boxes",
    classes: labels,
    heatmaps: { outputs: { center: "centerHeatmap" }, classIds: labels.map(({ classId }) => classId) },
    ...(withPoses && { keypointNames: COCO_KEYPOINTS }),
    defaultSize: { height: 512, width: 512 },
    sizeMultiple,
    sizedByImage: true,
    placement: `at its own size, centered on a black canvas whose sides are the next larger multiples of ${sizeMultiple}`,
    testTimeOptions: ["flip", "scales"],
    weightsHint,
    constants: () => new Map(),
    graph: (size) => zooGraph(architecture, size),
    decoding: () => ({ kind: "objects", settings }),
    views(image, _loaded, options) {
      const { flip = false, scales = [1], explain, why } = options;
      const asked = {};
      const views = scales.map((scale): View<FoundCenters> => {
        const { canvas: size, transform } = placeOnMultiple(image, sizeMultiple, scale);
        const labelOf = (channel: number) => labels[channel];
        const rowOf = (object: DetectedObject) => {
          const onCanvas = objectDetection(object, labelOf(object.classIndex), size);
          return withinImage(toImageCoordinates(onCanvas, transform), image);
        };
        const inputs = (mirrored: boolean) => () => {
          return { image: centerOnMultiple(image, sizeMultiple, scale, mirrored) };
        };
        const placement = { ...placementOf(transform, size, OUTPUT_STRIDE), scale };
        const view = { placement, inputs: inputs(false), settings, rowOf };
        const traced = { placement, why, asked, labelOf };
        const isTraced = explain || why !== undefined;
        const { decode, peaks } = isTraced ? tracedObjectView(view, traced) : objectView(view);
        const mirror = { inputs: inputs(true), average: averageOutputs };
        return { size, placement, inputs: inputs(false), decode, ...(flip ? { mirror } : { peaks }) };
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

function decodeSettings(withPoses: boolean): DecodeSettings {
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

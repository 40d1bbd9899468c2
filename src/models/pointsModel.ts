import { KEYPOINT_ESTIMATION_PARAMS, OBJECT_CENTER_PARAMS } from "../centerNetProto.ts";
import { detectedObjects } from "../decode/detectedObjects.ts";
import { decodeObjects } from "../decode/objects.ts";
import type { DecodeSettings } from "../decode/settings.ts";
import type { Detection } from "../detection.ts";
import { centerOnMultiple, placeOnMultiple } from "../image/centerOnMultiple.ts";
import { classLabels } from "./cocoLabels.ts";
import { COCO_KEYPOINTS, PERSON } from "./cocoPose.ts";
import type { View } from "./look.ts";
import type { Model } from "./model.ts";
import { objectDetection } from "./objectDetection.ts";
import { onPhoto } from "./onPhoto.ts";
import { ZOO_BACKBONES, type ZooArchitecture, zooGraph } from "./zooArchitecture.ts";
import { OUTPUT_STRIDE, zooMaps } from "./zooModel.ts";

export interface PointsSpec {
  readonly name: string;
  readonly architecture: ZooArchitecture;
  readonly weightsHint: string;
}

/**
 * Objects as Points (Zhou et al., arXiv:1904.07850), as `lib/detectors/{ctdet,multi_pose}.py` of
 * github.com/xingyizhou/CenterNet tests it with `--keep_res`: each picture at its own size, once. The decode is
 * the one that the Object Detection API took over from it: the best 100 peaks, no suppression; a keypoint
 * moves to the nearest peak of its heatmap inside of the object's box, if one is near enough.
 *
 * Nothing here was compared with the original's numbers but what the zoo's Hourglass-104 shares. Boxes are cut
 * at the photo's border, which the original leaves to its evaluation.
 */
export function pointsModel({ name, architecture, weightsHint }: PointsSpec): Model {
  const { title, sizeMultiple } = ZOO_BACKBONES[architecture.backbone];
  const withPoses = architecture.keypoints !== undefined;
  const settings = pointsSettings(withPoses);
  const labels = withPoses ? [PERSON] : classLabels(architecture.classes);
  return {
    name,
    backbone: `${title}, points`,
    outputs: withPoses ? "boxes, keypoints" : "boxes",
    defaultSize: { height: 512, width: 512 },
    sizeMultiple,
    sizedByPicture: true,
    weightsHint,
    constants: () => new Map(),
    graph: (size) => zooGraph(architecture, size),
    look(picture) {
      const { canvas: size, placement } = placeOnMultiple(picture, sizeMultiple);
      let detections: Detection[] = [];
      const inputs = () => ({ image: centerOnMultiple(picture, sizeMultiple) });
      const see: View["see"] = (outputs) => {
        const decoded = decodeObjects(zooMaps(outputs, settings), settings);
        const objects = detectedObjects(decoded, settings.keypointEstimationTask);
        detections = objects.flatMap((object) => {
          const onCanvas = objectDetection(object, labels[object.classIndex], size);
          return withinPhoto(onPhoto(onCanvas, placement), picture);
        });
      };
      return { views: [{ size, inputs, see }], finding: () => ({ detections }) };
    },
  };
}

function pointsSettings(withPoses: boolean): DecodeSettings {
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

/** Nothing of an object that lies on the canvas alone. */
function withinPhoto(
  detection: Detection,
  { width, height }: { readonly width: number; readonly height: number },
): Detection[] {
  const { box } = detection;
  const cut = {
    xmin: Math.max(box.xmin, 0),
    ymin: Math.max(box.ymin, 0),
    xmax: Math.min(box.xmax, width),
    ymax: Math.min(box.ymax, height),
  };
  return cut.xmin < cut.xmax && cut.ymin < cut.ymax ? [{ ...detection, box: cut }] : [];
}

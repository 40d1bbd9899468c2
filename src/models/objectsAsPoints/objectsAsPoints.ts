/**
 * Objects as Points (Zhou et al., arXiv:1904.07850): the released models, with the figures of `readme/MODEL_ZOO.md` in
 * github.com/xingyizhou/CenterNet, and any network of its code that a file shows.
 */
import { ZOO_NORMALIZATIONS } from "../../image/input/normalization.ts";
import {
  COCO_PIXELS,
  DEMO_PIXELS,
  PASCAL_PIXELS,
  type PixelStatistics,
} from "../../image/input/pixelLevels.ts";
import { type ClassLabel, COCO_KEYPOINTS, classLabels, PERSON } from "../coco.ts";
import type { Model, PixelMeans, PublishedFigures } from "../model.ts";
import { PLAIN_HEADS, ZOO_BACKBONES, type ZooArchitecture, zooGraph } from "../zoo/zooArchitecture.ts";
import { objectsAsPointsModel } from "./objectsAsPointsModel.ts";
import { fixedResolution, ownResolution } from "./pointsInput.ts";
import {
  POINTS_NETWORKS,
  POINTS_SIZE_MULTIPLE,
  type PointsArchitecture,
  pointsGraph,
  pointsTitle,
} from "./pointsNetwork.ts";

const ZOO_HOURGLASS = { backbone: "hourglass_104", normalization: ZOO_NORMALIZATIONS.hourglass } as const;

/**
 * Those on the hourglass, by the names of the files that its authors release. The Object Detection
 * API rebuilt this network, so its graph (`zooGraph`) and its normalization apply here too, with two
 * differences: the classes are COCO's 80 without the unused ids, and all keypoints share one offset. The
 * reader of checkpoints brings sizes and offsets into the API's order, (y, x).
 */
export const OBJECTS_AS_POINTS_ARCHITECTURES = {
  ctdet_coco_hg: { ...ZOO_HOURGLASS, classes: 80, heads: PLAIN_HEADS },
  multi_pose_hg_3x: {
    ...ZOO_HOURGLASS,
    classes: 1,
    keypoints: COCO_KEYPOINTS.length,
    heads: { ...PLAIN_HEADS, sharedOffset: true },
  },
} as const satisfies Record<string, ZooArchitecture>;

type HourglassName = keyof typeof OBJECTS_AS_POINTS_ARCHITECTURES;

function hourglassPoints(name: HourglassName): Model {
  const architecture: ZooArchitecture = OBJECTS_AS_POINTS_ARCHITECTURES[name];
  const { title, sizeMultiple } = ZOO_BACKBONES[architecture.backbone];
  const withPoses = architecture.keypoints !== undefined;
  return objectsAsPointsModel({
    name,
    title,
    classes: withPoses ? [PERSON] : classLabels(architecture.classes),
    withPoses,
    graph: (size) => zooGraph(architecture, size),
    sizeMultiple,
    input: ownResolution(sizeMultiple),
    side: 512,
    wholeBoxes: false,
    weightsHint: hintOf(name),
  });
}

function hintOf(name: string): string {
  return `Give the file that its authors publish, ${name}.pth, as --weights; this program does not fetch it. See github.com/xingyizhou/CenterNet.`;
}

/** A released model on DLA-34 or a ResNet. */
export interface PointsRow {
  readonly name: string;
  readonly architecture: PointsArchitecture;
  /** Side of the square that images are fitted into. */
  readonly side: number;
  readonly pascal?: true;
  readonly published?: PublishedFigures;
}

const POSES = { classes: 1, keypoints: COCO_KEYPOINTS.length };
const GPU = { gpu: "a TITAN Xp" };
const VOC = { ...GPU, images: "Pascal VOC 2007 test" };

const [DLA, RESNET_18, RESNET_101] = [
  POINTS_NETWORKS.dla_34,
  POINTS_NETWORKS.resdcn_18,
  POINTS_NETWORKS.resdcn_101,
];

/** Of COCO the first figure is published without and with flip and scales; here that without. Of Pascal with flip. */
export const POINTS_ROWS: readonly PointsRow[] = [
  coco("ctdet_coco_dla_2x", { ...DLA, classes: 80 }, { ...GPU, boxes: 37.4, milliseconds: 19 }),
  coco("ctdet_coco_dla_1x", { ...DLA, classes: 80 }, { ...GPU, boxes: 36.3, milliseconds: 19 }),
  coco("ctdet_coco_resdcn101", { ...RESNET_101, classes: 80 }, { ...GPU, boxes: 34.6, milliseconds: 22 }),
  coco("ctdet_coco_resdcn18", { ...RESNET_18, classes: 80 }, { ...GPU, boxes: 28.1, milliseconds: 7 }),
  coco("multi_pose_dla_3x", { ...DLA, ...POSES }, { ...GPU, keypoints: 58.9, milliseconds: 44 }),
  coco("multi_pose_dla_1x", { ...DLA, ...POSES }, { ...GPU, keypoints: 54.7, milliseconds: 44 }),
  pascal("ctdet_pascal_dla_512", DLA, 512, { ...VOC, boxes: 80.7, milliseconds: 30 }),
  pascal("ctdet_pascal_dla_384", DLA, 384, { ...VOC, boxes: 79.3, milliseconds: 20 }),
  pascal("ctdet_pascal_resdcn101_512", RESNET_101, 512, { ...VOC, boxes: 78.7, milliseconds: 33 }),
  pascal("ctdet_pascal_resdcn101_384", RESNET_101, 384, { ...VOC, boxes: 77.1, milliseconds: 22 }),
  pascal("ctdet_pascal_resdcn18_512", RESNET_18, 512, { ...VOC, boxes: 75.7, milliseconds: 10 }),
  pascal("ctdet_pascal_resdcn18_384", RESNET_18, 384, { ...VOC, boxes: 72.6, milliseconds: 7 }),
];

function coco(name: string, architecture: PointsArchitecture, published: PublishedFigures): PointsRow {
  return { name, architecture, side: 512, published };
}

function pascal(
  name: string,
  network: Omit<PointsArchitecture, "classes">,
  side: number,
  published: PublishedFigures,
): PointsRow {
  return { name, architecture: { ...network, classes: 20 }, side, pascal: true, published };
}

/** The name of every network that is none of the released ones. */
export const UNPUBLISHED_POINTS = "objects-as-points";

/** A model for weights of an unpublished architecture, which has no name of its own. */
export function unpublishedPoints(architecture: PointsArchitecture): Model {
  return pointsModel({ name: UNPUBLISHED_POINTS, architecture, side: 512 });
}

/** How images are prepared, if not as the original's tests do by default. */
export interface PointsPreparation {
  readonly keepResolution?: boolean;
  readonly pixelMeans?: PixelMeans;
}

function pointsModel(row: PointsRow, preparation: PointsPreparation = {}): Model {
  const { name, architecture, side, published } = row;
  const withPoses = architecture.keypoints !== undefined;
  const pixels = pixelsOf(row, preparation);
  const model = objectsAsPointsModel({
    name,
    title: pointsTitle(architecture),
    classes: classesOf(architecture),
    withPoses,
    graph: (size) => pointsGraph(architecture, size),
    sizeMultiple: POINTS_SIZE_MULTIPLE,
    input: preparation.keepResolution ? ownResolution(POINTS_SIZE_MULTIPLE, pixels) : fixedResolution(pixels),
    side,
    wholeBoxes: true,
    weightsHint:
      name === UNPUBLISHED_POINTS ? "Pass the file that it was found in as --weights." : hintOf(name),
    published,
  });
  return { ...model, prepared: (choices) => pointsModel(row, { ...preparation, ...choices }) };
}

function pixelsOf({ pascal }: PointsRow, { pixelMeans }: PointsPreparation): PixelStatistics {
  if (pixelMeans === "demo") return DEMO_PIXELS;
  return pascal ? PASCAL_PIXELS : COCO_PIXELS;
}

function classesOf({ classes, keypoints }: PointsArchitecture): readonly ClassLabel[] {
  if (keypoints !== undefined) return [PERSON];
  return classes === PASCAL_CLASSES.length
    ? PASCAL_CLASSES.map((label, channel) => ({ classId: channel + 1, label }))
    : classLabels(classes);
}

/** The classes of Pascal VOC, which its models number in this order. */
const PASCAL_CLASSES = [
  "aeroplane",
  "bicycle",
  "bird",
  "boat",
  "bottle",
  "bus",
  "car",
  "cat",
  "chair",
  "cow",
  "diningtable",
  "dog",
  "horse",
  "motorbike",
  "person",
  "pottedplant",
  "sheep",
  "sofa",
  "train",
  "tvmonitor",
];

export const OBJECTS_AS_POINTS: readonly Model[] = [
  ...(Object.keys(OBJECTS_AS_POINTS_ARCHITECTURES) as HourglassName[]).map(hourglassPoints),
  ...POINTS_ROWS.map((row) => pointsModel(row)),
];

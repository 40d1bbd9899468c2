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
    published: withPoses ? cocoPoses(64.0, 151) : cocoBoxes(71, 40.3, 42.2, 45.1),
  });
}

function hintOf(name: string): string {
  return `Give the file that its authors publish, ${name}.pth, as the option weights; this program does not fetch it. See github.com/xingyizhou/CenterNet.`;
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

const [DLA, RESNET_18, RESNET_101] = [
  POINTS_NETWORKS.dla_34,
  POINTS_NETWORKS.resdcn_18,
  POINTS_NETWORKS.resdcn_101,
];

/** The scales of the published figures. */
const SCALES = [0.5, 0.75, 1, 1.25, 1.5];

/** Boxes of COCO: each image at its own size, as it is, with the mirror image, and at several scales too. */
function cocoBoxes(milliseconds: number, plain: number, flipped: number, atScales: number): PublishedFigures {
  const own = { sizedByImage: true } as const;
  const protocols = [
    { ...own, boxes: plain },
    { ...own, boxes: flipped, flip: true },
    { ...own, boxes: atScales, flip: true, scales: SCALES },
  ] as const;
  return { ...GPU, boxes: plain, milliseconds, protocols };
}

/** Poses: with the mirror image alone. */
function cocoPoses(keypoints: number, milliseconds: number): PublishedFigures {
  return { ...GPU, keypoints, milliseconds, protocols: [{ keypoints, flip: true, sizedByImage: true }] };
}

/** Pascal's boxes likewise, by its own measure, in a square. */
function pascalBoxes(boxes: number, milliseconds: number): PublishedFigures {
  return { ...GPU, images: "Pascal VOC 2007 test", boxes, milliseconds, protocols: [{ boxes, flip: true }] };
}

export const POINTS_ROWS: readonly PointsRow[] = [
  coco("ctdet_coco_dla_2x", { ...DLA, classes: 80 }, cocoBoxes(19, 37.4, 39.2, 41.7)),
  coco("ctdet_coco_dla_1x", { ...DLA, classes: 80 }, cocoBoxes(19, 36.3, 38.2, 40.7)),
  coco("ctdet_coco_resdcn101", { ...RESNET_101, classes: 80 }, cocoBoxes(22, 34.6, 36.2, 39.3)),
  coco("ctdet_coco_resdcn18", { ...RESNET_18, classes: 80 }, cocoBoxes(7, 28.1, 30.0, 33.2)),
  coco("multi_pose_dla_3x", { ...DLA, ...POSES }, cocoPoses(58.9, 44)),
  coco("multi_pose_dla_1x", { ...DLA, ...POSES }, cocoPoses(54.7, 44)),
  pascal("ctdet_pascal_dla_512", DLA, 512, pascalBoxes(80.7, 30)),
  pascal("ctdet_pascal_dla_384", DLA, 384, pascalBoxes(79.3, 20)),
  pascal("ctdet_pascal_resdcn101_512", RESNET_101, 512, pascalBoxes(78.7, 33)),
  pascal("ctdet_pascal_resdcn101_384", RESNET_101, 384, pascalBoxes(77.1, 22)),
  pascal("ctdet_pascal_resdcn18_512", RESNET_18, 512, pascalBoxes(75.7, 10)),
  pascal("ctdet_pascal_resdcn18_384", RESNET_18, 384, pascalBoxes(72.6, 7)),
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
    boxForm: architecture.boxForm,
    weightsHint:
      name === UNPUBLISHED_POINTS
        ? "Pass the file that it was found in as the option weights."
        : hintOf(name),
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

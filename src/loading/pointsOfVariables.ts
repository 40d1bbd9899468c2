/** The networks of Objects as Points on DLA-34 and ResNets: which one a file's variables show. */
import type { BoxForm } from "../decode/objects/settings.ts";
import { COCO_KEYPOINTS } from "../models/coco.ts";
import type { Model } from "../models/model.ts";
import { modelNamed } from "../models/models.ts";
import { POINTS_ROWS, unpublishedPoints } from "../models/objectsAsPoints/objectsAsPoints.ts";
import type { PointsArchitecture } from "../models/objectsAsPoints/pointsNetwork.ts";

type Variables = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** ResNet-152 has 36 in a stage: a file of made-up names must not build thousands of layers. */
const MAX_BLOCKS = 64;

/**
 * Reads the architecture off the variables, which have this project's names and layout.
 *
 * @returns undefined if a variable that shows it is missing or has another rank, or for heads that are not known here.
 */
export function pointsOfVariables(variables: Variables): PointsArchitecture | undefined {
  const outputs = (layer: string) => variables.get(`${layer}.kernel`)?.shape[3] ?? 0;
  const backbone = variables.has("backbone.base.kernel") ? dlaOf(outputs) : resnetOf(variables, outputs);
  const keypoints = outputs("heads.keypointHeatmap.out");
  const classes = outputs("heads.center.out");
  const headChannels = outputs("heads.center.conv");
  const boxForm = boxFormOf(outputs("heads.boxSize.out"), outputs("heads.boxOffset.out"), classes);
  if (!backbone || !boxForm || classes === 0 || headChannels === 0) return undefined;
  if (keypoints > 0 && (keypoints !== COCO_KEYPOINTS.length || classes !== 1)) return undefined;
  return {
    backbone,
    classes,
    headChannels,
    ...(keypoints > 0 && { keypoints }),
    ...(Object.keys(boxForm).length > 0 && { boxForm }),
  };
}

/** By the channels of both heads. A network of one class has one size either way. */
function boxFormOf(sizes: number, offsets: number, classes: number): BoxForm | undefined {
  const isKnown = (sizes === 2 || sizes === 2 * classes) && (offsets === 2 || offsets === 0);
  if (!isKnown) return undefined;
  return { ...(sizes !== 2 && { sizePerClass: true }), ...(offsets === 0 && { noOffset: true }) };
}

function dlaOf(outputs: (layer: string) => number): PointsArchitecture["backbone"] | undefined {
  const [first, second, third, fourth, fifth, sixth] = [
    outputs("backbone.base"),
    outputs("backbone.level1"),
    outputs("backbone.level2.root"),
    outputs("backbone.level3.tree2.root"),
    outputs("backbone.level4.tree2.root"),
    outputs("backbone.level5.root"),
  ];
  const channels = [first, second, third, fourth, fifth, sixth] as const;
  return channels.includes(0) ? undefined : { dla: { channels } };
}

function resnetOf(
  variables: Variables,
  outputs: (layer: string) => number,
): PointsArchitecture["backbone"] | undefined {
  const blocksIn = (stage: number) => {
    let count = 0;
    while (count <= MAX_BLOCKS && outputs(`backbone.stage${stage}.block${count + 1}.conv1`) > 0) count++;
    return count;
  };
  const innerOf = (stage: number) => outputs(`backbone.stage${stage}.block1.conv2`);
  const upOf = (level: number) => variables.get(`neck.level${level}.deconvolution.kernel`)?.shape[2] ?? 0;
  const isBottleneck = outputs("backbone.stage2.block1.conv3") > 0;
  const resnet = {
    block: isBottleneck ? "bottleneck" : "basic",
    blocks: [blocksIn(2), blocksIn(3), blocksIn(4), blocksIn(5)],
    stemChannels: outputs("backbone.stem"),
    channels: [innerOf(2), innerOf(3), innerOf(4), innerOf(5)],
    deformable: outputs("neck.level4.conv") > 0,
    upChannels: [upOf(4), upOf(3), upOf(2)],
  } as const;
  const { blocks, stemChannels, channels, upChannels } = resnet;
  const isWhole = ![stemChannels, ...blocks, ...channels, ...upChannels].includes(0);
  return isWhole && Math.max(...blocks) <= MAX_BLOCKS ? { resnet } : undefined;
}

/**
 * The released model of this network, or one of its own. Some models share a network and differ only in their training or
 * in the size that they run at: among these the file's name decides, else the first.
 */
export function modelOfPoints(architecture: PointsArchitecture, fileName: string): Model {
  const released = POINTS_ROWS.filter((row) => isSame(row.architecture, architecture));
  const row = released.find(({ name }) => fileName.startsWith(name)) ?? released[0];
  return row ? modelNamed(row.name) : unpublishedPoints(architecture);
}

function isSame(a: PointsArchitecture, b: PointsArchitecture): boolean {
  const text = ({ backbone, classes, keypoints, headChannels, boxForm = {} }: PointsArchitecture) =>
    JSON.stringify([
      sorted("dla" in backbone ? backbone.dla : backbone.resnet),
      classes,
      keypoints,
      headChannels,
      sorted(boxForm),
    ]);
  return text(a) === text(b);
}

function sorted(options: object): [string, unknown][] {
  return Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
}

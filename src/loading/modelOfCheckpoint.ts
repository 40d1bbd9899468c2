/**
 * Decides which model a file holds: its `pipeline.config` if it has one, else the name that was asked for,
 * else the network that its variables show, else the name that the file gives. A file's own name never
 * decides.
 */
import { HOURGLASS, type HourglassOptions } from "../backbones/hourglass.ts";
import { quote } from "../checkpoints/bytes/json.ts";
import type { NamedCheckpoint } from "../checkpoints/names/nameParameters.ts";
import type { Relative } from "../checkpoints/names/relatives.ts";
import type { TorchFamily } from "../checkpoints/names/torchKeys.ts";
import type { LabelMap } from "../checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { ModelError, UsageError } from "../errors.ts";
import type { ClassLabel } from "../models/coco.ts";
import type { Model } from "../models/model.ts";
import { modelNamed } from "../models/models.ts";
import {
  OBJECTS_AS_POINTS_ARCHITECTURES,
  POINTS_ROWS,
  type PointsPreparation,
  UNPUBLISHED_POINTS,
} from "../models/objectsAsPoints/objectsAsPoints.ts";
import { TRIPLETS, UNPUBLISHED_TRIPLETS, unpublishedTriplets } from "../models/triplets/triplet.ts";
import { channelCount, withLabels } from "../models/withLabels.ts";
import type { ZooArchitecture } from "../models/zoo/zooArchitecture.ts";
import { type ZooSpec, zooModel } from "../models/zoo/zooModel.ts";
import { channelLabels } from "./labels.ts";
import { modelOfPoints, pointsOfVariables } from "./pointsOfVariables.ts";
import { fileName, zooNotes, zooSpec } from "./zooSpec.ts";

interface ModelOptions {
  /** Replaces the names of the classes. */
  readonly labelMap?: LabelMap;
  /** Whether another model than `wanted` is a note instead of an error. */
  readonly mayDiffer?: boolean;
  /** How images are prepared, if the model leaves a choice. */
  readonly preparation?: PointsPreparation;
}

interface IdentifiedModel {
  readonly model: Model;
  /** What a user should know, such as a file name that contradicts the contents. */
  readonly notes: readonly string[];
}

/**
 * @throws ModelError if the file holds another model than `wanted`, or if nothing says which model it holds.
 * @throws ModelError for a label map that does not fit the network.
 */
export function modelOfCheckpoint(
  checkpoint: NamedCheckpoint,
  wanted?: Model,
  { labelMap, mayDiffer = false, preparation = {} }: ModelOptions = {},
): IdentifiedModel {
  const classes = checkpoint.evidence.sidecar?.pipeline?.numClasses;
  const labels =
    labelMap && classes !== undefined ? channelLabels(labelMap, classes, "this checkpoint") : undefined;
  const spec = zooSpec(checkpoint, labels && labelMap && byChannel(labelMap, labels));
  const identified = spec
    ? zooModelOf(checkpoint, spec, wanted, mayDiffer)
    : otherModelOf(checkpoint, wanted);
  const found = { ...identified, model: preparedModel(identified.model, preparation) };
  if (!labelMap) return found;
  const named = labels ?? channelLabels(labelMap, channelCount(found.model), found.model.name);
  return { ...found, model: withLabels(found.model, named) };
}

/** @throws UsageError for a choice that the model does not leave. */
function preparedModel(model: Model, preparation: PointsPreparation): Model {
  const [chosen] = Object.entries(preparation).find(([, value]) => value !== undefined) ?? [];
  if (chosen === undefined) return model;
  if (model.prepared) return model.prepared(preparation);
  throw new UsageError({
    where: `option ${chosen}`,
    expected: "a model of Objects as Points on DLA-34 or a ResNet",
    got: model.name,
    hint: "Leave it out: this model prepares images in one way only.",
  });
}

/** The label map as the Object Detection API would number it: class c of the network is id c + 1. */
function byChannel(map: LabelMap, labels: readonly ClassLabel[]): LabelMap {
  const itemOf = new Map(map.items.map((item) => [item.id, item]));
  const items = labels.flatMap(({ classId }, channel) => {
    const item = itemOf.get(classId);
    return item ? [{ ...item, id: channel + 1 }] : [];
  });
  return { ...map, items };
}

/** A file without a `pipeline.config`. */
function otherModelOf(checkpoint: NamedCheckpoint, wanted: Model | undefined): IdentifiedModel {
  if (checkpoint.evidence.relative) throw unreadNetwork(checkpoint.where, checkpoint.evidence.relative);
  if (wanted) return { model: wanted, notes: [] };
  const detector = hourglassDetector(checkpoint);
  const points = showsPoints(checkpoint) ? pointsOfVariables(checkpoint.variables) : undefined;
  const shown =
    (detector && modelOfHourglass(detector)) ?? (points && modelOfPoints(points, fileName(checkpoint.where)));
  if (shown) return { model: shown, notes: renamedFileNotes(checkpoint.where, shown.name) };
  const { model } = checkpoint.evidence;
  if (model !== undefined) return { model: modelNamed(model), notes: [] };
  throw unidentified(checkpoint, detector);
}

/** A PyTorch state dict of such a network, or an unpublished one that was converted. */
function showsPoints({ evidence: { family, model } }: NamedCheckpoint): boolean {
  return family === "dlaPoints" || family === "resnetPoints" || model === UNPUBLISHED_POINTS;
}

/** The model that a `pipeline.config` describes. */
function zooModelOf(
  checkpoint: NamedCheckpoint,
  spec: ZooSpec,
  wanted: Model | undefined,
  mayDiffer: boolean,
): IdentifiedModel {
  const { where } = checkpoint;
  const differs = wanted !== undefined && wanted.name !== spec.name;
  if (differs && !mayDiffer) {
    throw new ModelError({
      where,
      expected: `a checkpoint of ${wanted.name}`,
      got: `one of ${spec.name}, by its pipeline.config`,
      hint: `Ask for ${spec.name}, or name no model: the checkpoint then decides.`,
    });
  }
  const other = differs ? [`${where} holds ${spec.name}, by its pipeline.config`] : [];
  const notes = [...other, ...renamedFileNotes(where, spec.name), ...zooNotes(checkpoint, spec)];
  return { model: zooModel(spec), notes };
}

/** A detector on an hourglass, as its variables show it. */
export interface HourglassDetector {
  readonly family: TorchFamily;
  readonly hourglass: Required<HourglassOptions>;
  readonly classes: number;
  /** Absent if the network has no heads for them. */
  readonly keypoints?: number;
}

/** The detector of a PyTorch state dict, or of an unpublished one that was converted. */
function hourglassDetector({ evidence, variables }: NamedCheckpoint): HourglassDetector | undefined {
  const family = evidence.model === UNPUBLISHED_TRIPLETS ? "triplets" : evidence.family;
  const isHourglass = family === "triplets" || family === "objectsAsPoints";
  return isHourglass ? hourglassOfVariables(family, variables) : undefined;
}

/** The published model of this network, or triplets on an hourglass of their own. */
function modelOfHourglass(detector: HourglassDetector): Model | undefined {
  if (detector.family === "objectsAsPoints") return releasedPoints(detector);
  const published = TRIPLETS.find(({ tripletSpec: { architecture } }) => {
    return architecture.classes === detector.classes && isSame(architecture.hourglass, detector.hourglass);
  });
  return published ?? unpublishedTriplets(detector);
}

/** Both released models of objects as points stand on the same hourglass. */
function releasedPoints({ hourglass, classes, keypoints }: HourglassDetector): Model | undefined {
  if (!isSame(hourglass, HOURGLASS["hourglass-104"])) return undefined;
  const rows: [string, ZooArchitecture][] = Object.entries(OBJECTS_AS_POINTS_ARCHITECTURES);
  const row = rows.find(([, released]) => released.classes === classes && released.keypoints === keypoints);
  return row && modelNamed(row[0]);
}

function isSame(a: HourglassOptions, b: HourglassOptions): boolean {
  const numbers = ({ stacks, stemChannels, channels, blocks, featureChannels }: HourglassOptions) =>
    JSON.stringify([stacks, stemChannels, channels, blocks, featureChannels ?? channels[0]]);
  return numbers(a) === numbers(b);
}

/** At least twice what any published hourglass has: a file of made-up names must not build thousands of layers. */
const MAX = { stacks: 16, levels: 12, blocks: 16 };

/**
 * Reads the architecture off the variables, which have this project's names and layout.
 *
 * @returns undefined if a variable that shows it is missing or has another rank, or if there are too many.
 */
export function hourglassOfVariables(
  family: TorchFamily,
  variables: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): HourglassDetector | undefined {
  const outputs = (layer: string) => variables.get(`${layer}.kernel`)?.shape[3] ?? 0;
  /** How many there are, numbered from 0. */
  const count = (layer: (n: number) => string) => {
    let n = 0;
    while (variables.has(`${layer(n)}.kernel`)) n++;
    return n;
  };
  const levels = count((l) => `backbone.stack0.level${l}.skip.0.conv1`);
  const each = Array.from({ length: levels }, (_, l) => `backbone.stack0.level${l}`);
  const hourglass = {
    stacks: count((s) => `backbone.stack${s}.features`),
    stemChannels: outputs("backbone.stem.conv"),
    channels: [outputs("backbone.stem.residual.conv1"), ...each.map((l) => outputs(`${l}.down.0.conv1`))],
    blocks: [
      ...each.map((l) => count((n) => `${l}.skip.${n}.conv1`)),
      count((n) => `backbone.stack0.inner.${n}.conv1`),
    ],
    featureChannels: outputs("backbone.stack0.features"),
  };
  const classes = outputs(family === "triplets" ? "heads.topLeft.heatmap.out" : "heads.center.out");
  const keypoints = outputs("heads.keypointHeatmap.out");
  const { stacks, stemChannels, channels, blocks, featureChannels } = hourglass;
  const numbers = [levels, stacks, stemChannels, ...channels, ...blocks, featureChannels, classes];
  if (numbers.includes(0)) return undefined;
  if (stacks > MAX.stacks || levels > MAX.levels || Math.max(...blocks) > MAX.blocks) return undefined;
  return { family, hourglass, classes, ...(keypoints > 0 && { keypoints }) };
}

/** The error for weights that do not show their model, or show one that is not known here. */
function unidentified(
  { where, format, variables, evidence: { backbone, family } }: NamedCheckpoint,
  detector: HourglassDetector | undefined,
): ModelError {
  if (detector) {
    const expected = `objects as points on the hourglass of ${Object.keys(OBJECTS_AS_POINTS_ARCHITECTURES).join(" or ")}`;
    return new ModelError({ where, expected, got: "variables of another size or number of heads" });
  }
  if (family === "dlaPoints" || family === "resnetPoints") {
    const expected =
      "Objects as Points on DLA-34 or a ResNet: heads hm, wh of 2 or of 2 for each class, and reg of 2 or none, or those of 17 keypoints";
    return new ModelError({ where, expected, got: "variables of another size or number of heads" });
  }
  const [first] = variables.keys();
  if ([...variables.keys()].some(isExportedName)) {
    const hint = "Give the weights that it was made from.";
    const got = "a file of centernet export, which is for other engines";
    return new ModelError({ where, expected: "weights that can be read back", got, hint });
  }
  if (!backbone && first !== undefined && ![...variables.keys()].some(isParameterName)) {
    const got = `variables of another one, as ${quote(first)}`;
    return new ModelError({ where, expected: "weights of a network that is read", got, hint: READ });
  }
  return new ModelError({
    where,
    expected: backbone ? "a pipeline.config beside the checkpoint" : "weights of a model known here",
    got: backbone ? `variables of ${backbone} alone` : `a ${format} file that does not say its model`,
    hint: "Say which model they are for.",
  });
}

/** Whether this project calls its parameters so. */
function isParameterName(name: string): boolean {
  return /^(backbone|neck|heads|stack\d+)\..*\.(kernel|bias|gamma|beta|mean|variance)$/.test(name);
}

/** Whether the graphs of `exportOnnx` call a parameter so. */
function isExportedName(name: string): boolean {
  return (
    name.startsWith("weights/") && isParameterName(name.slice("weights/".length).replace(/\.folded$/, ""))
  );
}

const READ =
  "Read are MoveNet, CenterFace, the CenterNets of TensorFlow's model zoo, keypoint triplets on hourglasses, and Objects as Points on Hourglass-104, DLA-34 and ResNets.";

/** What is read of the methods whose other networks are not. */
const SIBLINGS: Readonly<Record<NonNullable<Relative["sibling"]>, string>> = {
  objectsAsPoints: "Objects as Points is read on Hourglass-104, DLA-34 and ResNets.",
  triplets: `CenterNet's keypoint triplets, which extend CornerNet, are read (${TRIPLETS.map(({ name }) => name).join(", ")}).`,
};

function unreadNetwork(where: string, { what, sibling }: Relative): ModelError {
  const got = `those of ${what}, an architecture that is not read${sibling ? " yet" : ""}`;
  const hint = sibling ? SIBLINGS[sibling] : READ;
  return new ModelError({ where, expected: "weights of a network that is read", got, hint });
}

/** Published files that are known by their names, and the models that they should hold. */
const PUBLISHED_NAMES = [
  [/^centernet-52(?!\d)/i, "centernet-52"],
  [/^centernet-104(?!\d)/i, "centernet-104"],
  [/^ctdet_coco_hg(?![a-z0-9])/i, "ctdet_coco_hg"],
  [/^multi_pose_hg_3x(?![a-z0-9])/i, "multi_pose_hg_3x"],
  ...POINTS_ROWS.map(({ name }) => [new RegExp(`^${name}(?![a-z0-9])`, "i"), name] as const),
] as const;

/** A note if a file bears the name of another published model than the one that it holds. */
function renamedFileNotes(where: string, held: string): string[] {
  const name = fileName(where);
  const named = PUBLISHED_NAMES.find(([pattern]) => pattern.test(name))?.[1];
  return named === undefined || named === held ? [] : [`the name says ${named}, the file holds ${held}`];
}

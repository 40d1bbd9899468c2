import { type HourglassFacts, hourglassOfVariables } from "../checkpoints/names/hourglassOfVariables.ts";
import type { NamedCheckpoint } from "../checkpoints/names/nameParameters.ts";
import type { LabelMap } from "../checkpoints/pipelineConfig/labelMap.ts";
import { ModelError, UsageError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import { modelNamed } from "../models/models.ts";
import { POINTS, pointsModelOf } from "../models/points/points.ts";
import { OTHER_TRIPLETS, tripletModelOf } from "../models/triplets/triplet.ts";
import { zooModel } from "../models/zoo/zooModel.ts";
import { zooNotes, zooSpec } from "./zooSpec.ts";

/**
 * The model that a checkpoint holds: a zoo checkpoint's `pipeline.config` decides, else the name that was
 * asked for, else what the file says of itself. `mayDiffer` turns a contradicted name into a note.
 *
 * @throws ModelError where the one contradicts the other, or nothing says what it is.
 */
export function modelOfCheckpoint(
  checkpoint: NamedCheckpoint,
  wanted?: Model,
  labelMap?: LabelMap,
  mayDiffer = false,
): { model: Model; notes: readonly string[] } {
  const spec = zooSpec(checkpoint, labelMap);
  if (!spec) {
    if (labelMap) {
      throw new UsageError({
        where: "label map",
        expected: "weights of a zoo model with their pipeline.config",
        got: `a ${checkpoint.format} file without one`,
      });
    }
    if (wanted) return { model: wanted, notes: [] };
    const triplets = tripletFacts(checkpoint);
    if (triplets) return withNotes(checkpoint, tripletModelOf(triplets));
    const { hourglass, model } = checkpoint.evidence;
    const points = hourglass?.family === "points" && pointsModelOf(hourglass);
    if (points) return withNotes(checkpoint, points);
    if (model !== undefined) return { model: modelNamed(model), notes: [] };
    throw unidentified(checkpoint);
  }
  if (wanted && wanted.name !== spec.name && !mayDiffer) {
    throw new ModelError({
      where: checkpoint.where,
      expected: `a checkpoint of ${wanted.name}`,
      got: `one of ${spec.name}, by its pipeline.config`,
      hint: `Ask for ${spec.name}, or for none with --weights, and the checkpoint decides.`,
    });
  }
  const other =
    wanted && wanted.name !== spec.name
      ? [`${checkpoint.where} holds ${spec.name}, by its pipeline.config`]
      : [];
  return {
    model: zooModel(spec),
    notes: [...other, ...renamedFileNotes(checkpoint.where, spec.name), ...zooNotes(checkpoint, spec)],
  };
}

/** Of weights that do not tell their model, or one that has no row. */
function unidentified({ where, format, evidence }: NamedCheckpoint): ModelError {
  const { hourglass, backbone } = evidence;
  if (hourglass?.family === "points") {
    const expected = `objects as points on the hourglass of ${POINTS.map(({ name }) => name).join(" or ")}`;
    return new ModelError({ where, expected, got: "variables of another size or number of heads" });
  }
  return new ModelError({
    where,
    expected: backbone ? "a pipeline.config beside the checkpoint" : "weights of a model known here",
    got: backbone ? `variables of ${backbone} alone` : `a ${format} file that does not say its model`,
    hint: "Say which model they are for (detect and convert: with --model).",
  });
}

function withNotes({ where }: NamedCheckpoint, model: Model): { model: Model; notes: readonly string[] } {
  return { model, notes: renamedFileNotes(where, model.name) };
}

/** A network of triplets that its variables tell, since no name does. */
function tripletFacts({ variables, evidence }: NamedCheckpoint): HourglassFacts | undefined {
  const { hourglass, model } = evidence;
  const facts = model === OTHER_TRIPLETS ? hourglassOfVariables("triplets", variables) : hourglass;
  return facts?.family === "triplets" ? facts : undefined;
}

/** Published files that are known by their names, and the models that they should hold. */
const PUBLISHED_NAMES = [
  [/^centernet-52(?!\d)/i, "centernet-52"],
  [/^centernet-104(?!\d)/i, "centernet-104"],
  [/^ctdet_coco_hg(?![a-z0-9])/i, "ctdet_coco_hg"],
  [/^multi_pose_hg_3x(?![a-z0-9])/i, "multi_pose_hg_3x"],
] as const;

/** A note where a file's name is another model's than the one that it holds: its contents decide. */
export function renamedFileNotes(where: string, held: string): string[] {
  const name = where.slice(Math.max(where.lastIndexOf("/"), where.lastIndexOf("\\")) + 1);
  const named = PUBLISHED_NAMES.find(([pattern]) => pattern.test(name))?.[1];
  return named === undefined || named === held ? [] : [`the name says ${named}, the file holds ${held}`];
}

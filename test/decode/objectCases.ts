import type { JsonObject, JsonValue } from "../../src/checkpoints/bytes/json.ts";
import type { TrueShape } from "../../src/decode/objects/objectCenters.ts";
import type { ObjectMaps } from "../../src/decode/objects/readout.ts";
import {
  BATCH_NON_MAX_SUPPRESSION,
  type DecodeSettings,
  KEYPOINT_ESTIMATION_PARAMS,
  OBJECT_CENTER_PARAMS,
} from "../../src/decode/objects/settings.ts";
import { COCO_KEYPOINTS } from "../../src/models/coco.ts";
import { type Tensor, tensor } from "../../src/tensor.ts";
import type { GoldenCase } from "../../src/verify/goldenCase.ts";
import { mapOf, sigmoid } from "../verify/goldenFiles.ts";

/** One variant of a golden decode case: what goes in; what must come out stands under `<name>/<field>`. */
export interface ObjectVariant {
  readonly name: string;
  readonly maps: ObjectMaps;
  readonly settings: DecodeSettings;
  readonly trueShape?: TrueShape;
  /** The original's output fields. */
  readonly outputs: readonly string[];
}

/** Of the zoo's configurations. */
const DEVIATIONS = { eye: 0.25, ear: 0.35, shoulder: 0.79, elbow: 0.72, wrist: 0.62, hip: 1.07, knee: 0.89 };
const KEYPOINT_LABEL_TO_STD = Object.fromEntries(
  COCO_KEYPOINTS.map((label) => {
    const part = label.replace(/^(left|right)_/, "");
    return [label, part === "nose" ? 0.26 : ({ ...DEVIATIONS, ankle: 0.89 }[part] ?? Number.NaN)];
  }),
);

export function objectVariants(golden: GoldenCase): ObjectVariant[] {
  const variants = golden.fields.get("variants");
  if (!Array.isArray(variants)) throw new Error(`${golden.name} has no variants`);
  return variants.map((variant: JsonObject) => objectVariant(golden, variant));
}

function objectVariant(golden: GoldenCase, variant: JsonObject): ObjectVariant {
  const name = text(variant.get("name"));
  const own = golden.taps.some((tap) => tap.name === `${name}/inputs/object_center`);
  const map = (head: string) => mapOf(golden, `${own ? `${name}/` : ""}inputs/${head}`);
  const hasKeypoints = text(variant.get("outputs")).includes("detection_keypoints");
  const shared = variant.get("per_keypoint_offset") === false;
  const center = sigmoid(map("object_center"));
  const parameters = protoText(text(variant.get("parameters")));
  const perKeypointOffset = !shared;
  const task = { classIndex: 0, keypointLabels: COCO_KEYPOINTS, keypointLabelToStd: KEYPOINT_LABEL_TO_STD };
  const shape = variant.get("true_image_shapes");
  return {
    name,
    maps: {
      centerHeatmap: variant.get("num_classes") === 1 ? firstChannel(center) : center,
      ...(variant.get("boxes") && { boxSize: map("box/scale"), boxOffset: map("box/offset") }),
      ...(hasKeypoints && {
        keypointTasks: [
          {
            keypointHeatmap: sigmoid(map("human_pose/keypoint/heatmap")),
            keypointRegression: map("human_pose/keypoint/regression"),
            keypointOffset: map(shared ? "keypoint_offset_shared" : "human_pose/keypoint/offset"),
          },
        ],
      }),
    },
    settings: {
      outputStride: 4,
      objectCenterParams: {
        ...OBJECT_CENTER_PARAMS,
        ...(!hasKeypoints && parameters),
        maxBoxPredictions: Number(variant.get("max_box_predictions")),
      },
      keypointEstimationTask: hasKeypoints
        ? [{ ...KEYPOINT_ESTIMATION_PARAMS, ...task, perKeypointOffset, ...parameters }]
        : [],
      ...(variant.has("net") && { postProcessing: { batchNonMaxSuppression: BATCH_NON_MAX_SUPPRESSION } }),
    },
    trueShape: shape ? trueShapeOf(shape) : undefined,
    outputs: text(variant.get("outputs")).split(","),
  };
}

/** Arrays come out as their elements with commas. */
function text(value: JsonValue | undefined): string {
  return String(value ?? "");
}

function trueShapeOf(rows: JsonValue): TrueShape {
  const [height, width] = text(rows).split(",").map(Number);
  return { height, width };
}

/** `candidate_search_scale: 0.03 rescore_instances: true` as settings. */
function protoText(parameters: string): Record<string, string | number | boolean> {
  const fields = parameters.matchAll(/(\w+): (?:"([^"]*)"|(\S+))/g);
  return Object.fromEntries(
    Array.from(fields, ([, name, quoted, bare]) => {
      const camelCase = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
      return [camelCase, quoted ?? (bare === "true" || bare === "false" ? bare === "true" : Number(bare))];
    }),
  );
}

function firstChannel({ shape, data }: Tensor): Tensor {
  const [, height, width, channels] = shape;
  return tensor(
    [1, height, width, 1],
    data.filter((_, i) => i % channels === 0),
  );
}

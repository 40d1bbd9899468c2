import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { Variable } from "../checkpoint.ts";

/**
 * Maps the constants of Google's MoveNet graphs (TensorFlow.js) to this project's parameters.
 *
 * The constants are named after the layers of CenterNetMobileNetV2FPNFeatureExtractor (TensorFlow Object
 * Detection API). Batch normalization is folded: `<layer>/Conv2D_weights` and `…_bn_offset` are kernel and
 * bias. Layers without it keep their variables: `<layer>/Conv2D/ReadVariableOp`, `<layer>/BiasAdd/…`. Numbers
 * that Keras appends (`conv2d_7`) count all layers of a program and differ between models; only those of the
 * pyramid's own layers are the same in every model, and tell its levels apart.
 */
export type MovenetModel = "movenet-multipose" | "movenet-lightning" | "movenet-thunder";

const ROOT = "StatefulPartitionedCall/";
const PYRAMID = "center_net_mobile_net_v2fpn_feature_extractor/model(?:_\\d+)?/";
const BACKBONE = `${PYRAMID}model(?:_\\d+)?/`;
const FOLDED = "(?:Conv2D|depthwise)_(weights|bn_offset)";
const PLAIN = "(Conv2D|BiasAdd)/ReadVariableOp";
const SEPARABLE = "separable_conv2d(?:_\\d+)?";

const HEADS: ReadonlyMap<string, string> = new Map([
  ["center_0", "center"],
  ["box_scale_0", "boxSize"],
  ["box_offset_0", "boxOffset"],
  ["kpt_heatmap_0", "keypointHeatmap"],
  ["kpt_regress_0", "keypointRegression"],
  ["kpt_offset_0", "keypointOffset"],
]);
const HEAD = `(${[...HEADS.keys()].join("|")})`;

type Rename = (...groups: string[]) => string;

const part = (suffix: string) => (["weights", "Conv2D"].includes(suffix) ? "kernel" : "bias");
/** `_2` → 2; no number → 0. */
const count = (suffix: string | undefined) => Number(suffix?.slice(1) ?? 0);

const RULES: readonly (readonly [constant: string, rename: Rename])[] = [
  [`${BACKBONE}Conv1/${FOLDED}`, (suffix) => `backbone.stem.${part(suffix)}`],
  [
    `${BACKBONE}expanded_conv_(depthwise|project)/${FOLDED}`,
    (layer, suffix) => `backbone.block0.${layer}.${part(suffix)}`,
  ],
  [
    `${BACKBONE}block_(\\d+)_(expand|depthwise|project)/${FOLDED}`,
    (block, layer, suffix) => `backbone.block${block}.${layer}.${part(suffix)}`,
  ],
  [`${BACKBONE}Conv_1/${FOLDED}`, (suffix) => `backbone.top.${part(suffix)}`],
  [`${PYRAMID}conv2d(_[123])?/${PLAIN}`, (n, suffix) => `fpn.lateral${5 - count(n)}.${part(suffix)}`],
  [
    `${PYRAMID}separable_conv2d(_[12])?/separable_conv2d/ReadVariableOp`,
    (n) => `fpn.merge${4 - count(n)}.depthwise.kernel`,
  ],
  [
    `${PYRAMID}separable_conv2d(_[12])?/separable_conv2d_(weights|bn_offset)`,
    (n, suffix) => `fpn.merge${4 - count(n)}.pointwise.${part(suffix)}`,
  ],
  [
    `${HEAD}/${SEPARABLE}/separable_conv2d/ReadVariableOp`,
    (head) => `heads.${HEADS.get(head)}.conv.depthwise.kernel`,
  ],
  [
    `${HEAD}/${SEPARABLE}/separable_conv2d/ReadVariableOp_1`,
    (head) => `heads.${HEADS.get(head)}.conv.pointwise.kernel`,
  ],
  [`${HEAD}/${SEPARABLE}/BiasAdd/ReadVariableOp`, (head) => `heads.${HEADS.get(head)}.conv.pointwise.bias`],
  [`${HEAD}/conv2d(?:_\\d+)?/${PLAIN}`, (head, suffix) => `heads.${HEADS.get(head)}.out.${part(suffix)}`],
];

const MATCHERS = RULES.map(([constant, rename]) => ({ pattern: new RegExp(`^${ROOT}${constant}$`), rename }));

/** Returns the parameter that this constant holds, or undefined if it belongs to no layer. */
function movenetParameter(constant: string): string | undefined {
  for (const { pattern, rename } of MATCHERS) {
    const match = pattern.exec(constant);
    if (match) return rename(...match.slice(1));
  }
  return undefined;
}

/**
 * Returns constants by parameter name.
 *
 * @throws ModelError if two constants would be the same parameter.
 */
export function movenetKeys(variables: Iterable<string>, where: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const constant of variables) {
    const parameter = movenetParameter(constant);
    if (!parameter) continue;
    const other = keys.get(parameter);
    if (other) {
      const got = `${quote(other)} and ${quote(constant)}`;
      throw new ModelError({ where, expected: `one constant for ${parameter}`, got });
    }
    keys.set(parameter, constant);
  }
  return keys;
}

/** The single-person models by the channels of their first convolution (width 1.0 and 1.75). */
const STEM_CHANNELS: ReadonlyMap<number, MovenetModel> = new Map([
  [32, "movenet-lightning"],
  [56, "movenet-thunder"],
]);

/** Recognizes a MoveNet by which constants exist; undefined if they belong to none. */
export function recognizeMovenet(variables: ReadonlyMap<string, Variable>): MovenetModel | undefined {
  const names = [...variables.keys()];
  const stem = names.find((name) => movenetParameter(name) === "backbone.stem.kernel");
  if (stem === undefined) return undefined;
  if (names.some((name) => name.startsWith(`${ROOT}box_scale_0/`))) return "movenet-multipose";
  const channels = variables.get(stem)?.shape.at(-1) ?? 0;
  return STEM_CHANNELS.get(channels);
}

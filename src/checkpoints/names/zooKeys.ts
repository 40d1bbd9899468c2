import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { ObjectGraph } from "../tensorBundle/objectGraph.ts";
import { type KeyPattern, parameterAt } from "./keyPatterns.ts";
import { KERAS_BACKBONES, type KerasLayer, type LayerKind, VARIABLES } from "./zooLayers.ts";
import { type ZooVariable, zooVariables } from "./zooPaths.ts";

/** The variables of a CenterNet of the Object Detection API under this project's parameter names. */
export interface ZooKeys {
  /** `hourglass` for any size of it, else the type that a pipeline.config would name. */
  readonly backbone: string;
  /** Keys by parameter. */
  readonly parameters: ReadonlyMap<string, string>;
  /** How the layers were identified, to be shown to users. */
  readonly namedBy: string;
}

/**
 * Finds the parameters among these keys; other keys are left out.
 *
 * @returns undefined if the keys belong to no such model.
 * @throws ModelError if two keys would be the same parameter.
 */
export function zooKeys(keys: Iterable<string>, where: string, graph?: ObjectGraph): ZooKeys | undefined {
  const variables = zooVariables(keys, graph);
  const network = below(variables, "_feature_extractor/_network/");
  const base = numbered(below(variables, "_feature_extractor/_base_model/"));
  const neck = numbered(below(variables, "_feature_extractor/_feature_extractor_model/"), 1);
  if (network.length === 0 && base.length === 0) return undefined;

  const named: [parameter: string, key: string][] = headParameters(
    below(variables, "_prediction_head_dict/"),
  );
  if (network.length > 0) {
    for (const { path, key } of network) {
      const parameter = hourglassParameter(path);
      if (parameter) named.push([parameter, key]);
    }
    return { backbone: "hourglass", parameters: unique(named, where), namedBy: "attribute paths" };
  }

  const { type, ...layers } = closest(base, neck);
  const backboneNames = byName(base, layers.backbone);
  const neckNames = byCount(neck, layers.neck);
  const [backbone, rest] = [backboneNames ?? layers.backbone, neckNames ?? layers.neck];
  for (const [found, order] of [[base, backbone] as const, [neck, rest] as const]) {
    for (const { number, role, key } of found) {
      const layer = order[number];
      const parameter = layer && VARIABLES[layer.kind].get(role);
      if (parameter) named.push([`${layer.scope}.${parameter}`, key]);
    }
  }
  const differ = differs(backbone, layers.backbone) || differs(rest, layers.neck);
  const names = differ ? "layer names, since their numbers differ" : "layer names, and their numbers agree";
  const namedBy = backboneNames && neckNames ? names : "layer numbers";
  return { backbone: type, parameters: unique(named, where), namedBy };
}

function below(variables: readonly ZooVariable[], prefix: string): ZooVariable[] {
  return variables
    .filter(({ path }) => path.startsWith(prefix))
    .map((variable) => ({ ...variable, path: variable.path.slice(prefix.length) }));
}

interface NumberedVariable {
  readonly key: string;
  readonly layer?: string;
  /** The layer's, from 0. */
  readonly number: number;
  /** Keras' name of the variable. */
  readonly role: string;
}

/** `layer_with_weights-7/kernel`; `first` is the number of the first layer. */
function numbered(variables: readonly ZooVariable[], first = 0): NumberedVariable[] {
  return variables.flatMap(({ key, layer, path }) => {
    const match = /^layer_with_weights-(\d{1,6})\/(\w+)$/.exec(path);
    return match ? [{ key, layer, number: Number(match[1]) - first, role: match[2] }] : [];
  });
}

/** The backbone whose layer names, or whose variables at each number, fit these best. */
function closest(base: readonly NumberedVariable[], neck: readonly NumberedVariable[]) {
  const separable = neck.some(({ role }) => role === "depthwise_kernel");
  const scores = KERAS_BACKBONES.map((candidate) => {
    const names = new Set(candidate.backbone.map(({ name }) => name));
    const fitting = base.filter(({ layer = "", number, role }) => {
      const counted = candidate.backbone[number];
      return names.has(layer) || (counted && VARIABLES[counted.kind].has(role));
    });
    const layers = new Set(base.map(({ number }) => number));
    const missing = Math.abs(candidate.backbone.length - layers.size);
    const neckFits = candidate.neck.some(({ kind }) => kind === "separable") === separable;
    return fitting.length - missing + (neckFits ? 0.5 : 0);
  });
  return KERAS_BACKBONES[scores.indexOf(Math.max(...scores))];
}

/** The backbone's layers by number; undefined unless every number has a name that the backbone knows. */
function byName(
  variables: readonly NumberedVariable[],
  order: readonly KerasLayer[],
): KerasLayer[] | undefined {
  const known = new Map(order.map((layer) => [layer.name, layer]));
  const found: KerasLayer[] = [];
  for (const { layer, number } of variables) {
    const named = layer === undefined ? undefined : known.get(layer);
    if (!named) return undefined;
    found[number] = named;
  }
  return found;
}

const KINDS: readonly [RegExp, LayerKind][] = [
  [/transpose/, "transposed"],
  [/separable/, "separable"],
  [/norm/i, "norm"],
  [/conv/i, "convolution"],
];

/**
 * The neck's layers by number; undefined unless their names show as many of each kind as the neck has. The
 * counts in the names (`conv2d_7`) run through a whole program, but rise in the order in which layers were
 * made.
 */
function byCount(
  variables: readonly NumberedVariable[],
  order: readonly KerasLayer[],
): KerasLayer[] | undefined {
  const layers = new Map<number, { kind: LayerKind; count: number }>();
  for (const { layer = "", number } of variables) {
    const kind = KINDS.find(([pattern]) => pattern.test(layer))?.[1];
    if (!kind) return undefined;
    layers.set(number, { kind, count: Number(/_(\d{1,6})$/.exec(layer)?.[1] ?? 0) });
  }
  const found: KerasLayer[] = [];
  for (const [, kind] of KINDS) {
    const numbers = [...layers].filter(([, layer]) => layer.kind === kind);
    const wanted = order.filter((layer) => layer.kind === kind);
    if (numbers.length !== wanted.length) return undefined;
    numbers.sort(([, a], [, b]) => a.count - b.count);
    for (const [index, [number]] of numbers.entries()) found[number] = wanted[index];
  }
  return found;
}

function differs(found: readonly KerasLayer[], order: readonly KerasLayer[]): boolean {
  return found.some((layer, number) => layer !== order[number]);
}

const HEADS: readonly [RegExp, string][] = [
  [/^object_center$/, "center"],
  [/^box\/scale$/, "boxSize"],
  [/^box\/offset$/, "boxOffset"],
  [/^[^/]+\/keypoint\/heatmap$/, "keypointHeatmap"],
  [/^[^/]+\/keypoint\/regression$/, "keypointRegression"],
  [/^[^/]+\/keypoint\/offset$/, "keypointOffset"],
];

/** `box/scale/0/layer_with_weights-1/bias`: the head, the feature map (stack), the layer, the variable. */
function headParameters(variables: readonly ZooVariable[]): [string, string][] {
  const found = variables.flatMap(({ key, path }) => {
    const match = /^(.+)\/(\d+)\/layer_with_weights-([01])\/(\w+)$/.exec(path);
    if (!match) return [];
    const head = HEADS.find(([pattern]) => pattern.test(match[1]))?.[1];
    return head ? [{ key, head, stack: Number(match[2]), isOut: match[3] === "1", role: match[4] }] : [];
  });
  const separable = new Set(
    found.filter(({ role }) => role === "depthwise_kernel").map(({ head, stack }) => `${head} ${stack}`),
  );
  const last = found.reduce((largest, { stack }) => Math.max(largest, stack), 0);
  return found.flatMap(({ key, head, stack, isOut, role }): [string, string][] => {
    const scope = stack === last ? `heads.${head}` : `stack${stack}.heads.${head}`;
    const kind = !isOut && separable.has(`${head} ${stack}`) ? "separable" : "convolution";
    const parameter = VARIABLES[kind].get(role);
    return parameter ? [[`${scope}.${isOut ? "out" : "conv"}.${parameter}`, key]] : [];
  });
}

function unique(named: readonly (readonly [string, string])[], where: string): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [parameter, key] of named) {
    const other = keys.get(parameter);
    if (other !== undefined) {
      const got = `${quote(other)} and ${quote(key)}`;
      throw new ModelError({ where, expected: `one variable for ${parameter}`, got });
    }
    keys.set(parameter, key);
  }
  return keys;
}

/**
 * Returns the parameter for a path below `_feature_extractor/_network` (attributes of hourglass_network.py),
 * or undefined if the path is no layer's:
 * `hourglass_network/0/inner_block/0/decoder_block/1/skip/conv/kernel` →
 * `backbone.stack0.level1.up.1.shortcut.kernel`.
 */
function hourglassParameter(path: string): string | undefined {
  const parameter = parameterAt(path, HOURGLASS_PATTERNS, "/");
  return parameter && `backbone.${parameter}`;
}

/** A convolution and its norm, by their names in the original and their scope here. */
function layer(conv: string, norm: string, scope: string): [string, string][] {
  const norms = [...VARIABLES.norm].map(([theirs, ours]): [string, string] => [
    `${norm}/${theirs}`,
    `${scope}norm.${ours}`,
  ]);
  return [[`${conv}/kernel`, `${scope}kernel`], ...norms];
}

/** ConvBlock: a convolution and its norm. */
const CONVOLUTION = new Map(layer("conv", "norm", ""));
/** ResidualBlock: a ConvBlock, a convolution and its norm, and in some a projected shortcut. */
const RESIDUAL = new Map([
  ...layer("conv_block/conv", "conv_block/norm", "conv1."),
  ...layer("conv", "norm", "conv2."),
  ...layer("skip/conv", "skip/norm", "shortcut."),
]);

const BRANCHES: ReadonlyMap<string, string> = new Map([
  ["encoder_block1", "skip"],
  ["encoder_block2", "down"],
  ["decoder_block", "up"],
]);

/** Each level is the only `inner_block/0` of the level around it; the innermost has several blocks there. */
const level = (inner: string) => inner.split("inner_block").length - 1;

const HOURGLASS_PATTERNS: readonly KeyPattern[] = [
  { pattern: /^downsample_input\/conv_block/, scope: () => "stem.conv", block: CONVOLUTION },
  { pattern: /^downsample_input\/residual_block/, scope: () => "stem.residual", block: RESIDUAL },
  {
    pattern:
      /^hourglass_network\/(\d+)((?:\/inner_block\/0)*)\/(encoder_block1|encoder_block2|decoder_block)\/(\d+)/,
    scope: (stack, inner, branch, n) => `stack${stack}.level${level(inner)}.${BRANCHES.get(branch)}.${n}`,
    block: RESIDUAL,
  },
  {
    pattern: /^hourglass_network\/(\d+)(?:\/inner_block\/0)*\/inner_block\/(\d+)(?=\/(?:conv|norm|skip))/,
    scope: (stack, n) => `stack${stack}.inner.${n}`,
    block: RESIDUAL,
  },
  { pattern: /^output_conv\/(\d+)/, scope: (stack) => `stack${stack}.features`, block: CONVOLUTION },
  { pattern: /^intermediate_conv1\/(\d+)/, scope: (stack) => `merge${stack}.input`, block: CONVOLUTION },
  { pattern: /^intermediate_conv2\/(\d+)/, scope: (stack) => `merge${stack}.features`, block: CONVOLUTION },
  { pattern: /^intermediate_residual\/(\d+)/, scope: (stack) => `merge${stack}.residual`, block: RESIDUAL },
];

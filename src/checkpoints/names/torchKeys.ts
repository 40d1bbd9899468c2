import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { withoutModulePrefix } from "../torch/torchVariables.ts";
import { type KeyPattern, parameterAt } from "./keyPatterns.ts";
import { objectsAsPointsPatterns, tripletPatterns } from "./torchHourglass.ts";
import { DLA_PATTERNS, DLA_UNUSED, isDepthwise, resnetPatterns } from "./torchPoints.ts";

/**
 * Detectors whose state dicts are known: keypoint triplets (Duan et al.), and objects as points (Zhou et al.) on an
 * hourglass, on DLA-34 and on a ResNet.
 */
export type TorchFamily = "triplets" | "objectsAsPoints" | "dlaPoints" | "resnetPoints";

export interface TorchKeys {
  readonly family: TorchFamily;
  /** Keys by parameter name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Keys that are left out: the norms' counts of batches seen, which older files lack, and parts that are never run. */
  readonly unused: ReadonlySet<string>;
}

interface Family {
  readonly family: TorchFamily;
  /** What some of the names must match: a head that no other family has, and the backbone. */
  readonly marks: readonly RegExp[];
  patterns(names: readonly string[]): readonly KeyPattern[];
  readonly unused?: ReadonlySet<string>;
}

/** CornerNet has the corners' heads alone. */
const FAMILIES: readonly Family[] = [
  {
    family: "triplets",
    marks: [/^ct_heats\.\d/, /^kps\./],
    patterns: (names) => tripletPatterns(lastStack(names)),
  },
  {
    family: "objectsAsPoints",
    marks: [/^hm\.\d/, /^kps\./],
    patterns: (names) => objectsAsPointsPatterns(lastStack(names)),
  },
  {
    family: "dlaPoints",
    marks: [/^hm\.\d/, /^base\.base_layer\.0\./],
    patterns: () => DLA_PATTERNS,
    unused: DLA_UNUSED,
  },
  {
    family: "resnetPoints",
    marks: [/^hm\.\d/, /^deconv_layers\.0\./, /^layer1\.0\./],
    patterns: resnetPatterns,
  },
];

/** Heads of other tasks in the code of Objects as Points and its descendants: 3D boxes, extreme points, tracking. */
const OTHER_TASKS = /^(dep|rot|dim|amodel_offset|hm_[tlbrc]|tracking|id|base\.pre_\w+_layer)\./;

/**
 * Finds the parameters among a state dict's keys, which may all begin with `module.`.
 *
 * @returns undefined if the keys belong to no known detector.
 * @throws ModelError if two keys would be the same parameter.
 */
export function torchKeys(keys: Iterable<string>, where: string): TorchKeys | undefined {
  const names = withoutModulePrefix(keys);
  const all = [...names.keys()];
  const found = FAMILIES.find(({ marks }) => marks.every((mark) => all.some((name) => mark.test(name))));
  if (!found || all.some((name) => OTHER_TASKS.test(name))) return undefined;
  const patterns = found.patterns(all);
  const parameters = new Map<string, string>();
  const unused = new Set<string>();
  for (const [name, key] of names) {
    if (name.endsWith(".num_batches_tracked") || found.unused?.has(name)) unused.add(key);
    const parameter = parameterAt(name, patterns, ".");
    if (parameter === undefined) continue;
    const other = parameters.get(parameter);
    if (other !== undefined) {
      const got = `${quote(other)} and ${quote(key)}`;
      throw new ModelError({ where, expected: `one variable for ${parameter}`, got });
    }
    parameters.set(parameter, key);
  }
  return { family: found.family, parameters, unused };
}

/** The number of the last stack: every stack has features. */
function lastStack(names: readonly string[]): number {
  return names.reduce((last, name) => {
    const stack = /^cnvs\.(\d{1,3})\./.exec(name)?.[1];
    return Math.max(last, Number(stack ?? 0));
  }, 0);
}

/**
 * PyTorch's kernels are [output, input, height, width], and [input, output, height, width] of transposed convolutions; this
 * project's are [height, width, input, output] and [height, width, output, input].
 */
export function kernelShape(shape: readonly number[]): readonly number[] {
  if (shape.length !== 4) return shape;
  const [outputs, inputs, height, width] = shape;
  return [height, width, inputs, outputs];
}

/** Transposes a kernel from PyTorch's layout and `shape` to this project's layout. */
export function transposeKernel(values: Float32Array, shape: readonly number[]): Float32Array {
  const [outputs, inputs, height, width] = shape;
  const offsets = height * width;
  const transposed = new Float32Array(values.length);
  for (let offset = 0; offset < offsets; offset++) {
    for (let input = 0; input < inputs; input++) {
      const row = (offset * inputs + input) * outputs;
      let from = input * offsets + offset;
      for (let output = 0; output < outputs; output++) {
        transposed[row + output] = values[from];
        from += inputs * offsets;
      }
    }
  }
  return transposed;
}

/** The shape of a parameter here, by that in the file. A depthwise kernel has no inputs: its third axis is its channels. */
export function parameterShape(parameter: string, stored: readonly number[]): readonly number[] {
  const shape = kernelShape(stored);
  return shape.length === 4 && isDepthwise(parameter) ? [shape[0], shape[1], shape[3], shape[2]] : shape;
}

/** Swaps the two numbers of each pair along the last axis, in place. */
export function swapPairs(values: Float32Array): Float32Array {
  for (let i = 0; i + 1 < values.length; i += 2) {
    [values[i], values[i + 1]] = [values[i + 1], values[i]];
  }
  return values;
}

import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { withoutModulePrefix } from "../torch/torchVariables.ts";
import { type KeyPattern, parameterAt } from "./keyPatterns.ts";
import { objectsAsPointsPatterns, tripletPatterns } from "./torchHourglass.ts";

/**
 * Detectors whose state dicts are known: keypoint triplets (Duan et al.) and objects as points (Zhou et al.).
 */
export type TorchFamily = "triplets" | "objectsAsPoints";

export interface TorchKeys {
  readonly family: TorchFamily;
  /** Keys by parameter name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Keys of the norms' counts of batches seen; older files have none. */
  readonly counters: ReadonlySet<string>;
}

/** Each family is recognized by a head that no other family has: CornerNet has the corners' heads alone. */
const FAMILIES: readonly [family: TorchFamily, head: RegExp, patterns: (last: number) => KeyPattern[]][] = [
  ["triplets", /^ct_heats\.\d/, tripletPatterns],
  ["objectsAsPoints", /^hm\.\d/, objectsAsPointsPatterns],
];

/**
 * Finds the parameters among a state dict's keys, which may all begin with `module.`.
 *
 * @returns undefined if the keys belong to no known hourglass detector.
 * @throws ModelError if two keys would be the same parameter.
 */
export function torchKeys(keys: Iterable<string>, where: string): TorchKeys | undefined {
  const names = withoutModulePrefix(keys);
  const all = [...names.keys()];
  const found = FAMILIES.find(([, head]) => all.some((name) => head.test(name)));
  if (!found || !all.some((name) => name.startsWith("kps."))) return undefined;
  const [family, , patternsOf] = found;
  const patterns = patternsOf(lastStack(all));
  const parameters = new Map<string, string>();
  const counters = new Set<string>();
  for (const [name, key] of names) {
    if (name.endsWith(".num_batches_tracked")) counters.add(key);
    const parameter = parameterAt(name, patterns, ".");
    if (parameter === undefined) continue;
    const other = parameters.get(parameter);
    if (other !== undefined) {
      const got = `${quote(other)} and ${quote(key)}`;
      throw new ModelError({ where, expected: `one variable for ${parameter}`, got });
    }
    parameters.set(parameter, key);
  }
  return { family, parameters, counters };
}

/** The number of the last stack: every stack has features. */
function lastStack(names: readonly string[]): number {
  return names.reduce((last, name) => {
    const stack = /^cnvs\.(\d{1,3})\./.exec(name)?.[1];
    return Math.max(last, Number(stack ?? 0));
  }, 0);
}

/**
 * PyTorch's kernels are [output, input, height, width]; this project's are [height, width, input, output].
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

/** Swaps the two numbers of each pair along the last axis, in place. */
export function swapPairs(values: Float32Array): Float32Array {
  for (let i = 0; i + 1 < values.length; i += 2) {
    [values[i], values[i + 1]] = [values[i + 1], values[i]];
  }
  return values;
}

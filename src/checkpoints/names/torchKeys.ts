import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { withoutModulePrefix } from "../torch/torchVariables.ts";
import { type Place, parameterAt } from "./places.ts";
import { pointsPlaces, tripletPlaces } from "./torchHourglass.ts";

/** The detectors whose state dicts are known: keypoint triplets (Duan et al.), objects as points (Zhou et al.). */
export type TorchFamily = "triplets" | "points";

export interface TorchKeys {
  readonly family: TorchFamily;
  /** Keys by parameter name. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Of norms: how many batches they have seen, which older files do not have. */
  readonly counters: ReadonlySet<string>;
}

/** A head that no other family has. */
const FAMILIES: readonly [family: TorchFamily, head: RegExp, places: (last: number) => Place[]][] = [
  ["triplets", /^(tl|br)_heats\.\d/, tripletPlaces],
  ["points", /^hm\.\d/, pointsPlaces],
];

/**
 * The parameters among a state dict's keys, which may all begin with `module.`. Undefined where they are of no
 * hourglass detector. Throws ModelError where two keys would be the same parameter.
 */
export function torchKeys(keys: Iterable<string>, where: string): TorchKeys | undefined {
  const names = withoutModulePrefix(keys);
  const all = [...names.keys()];
  const found = FAMILIES.find(([, head]) => all.some((name) => head.test(name)));
  if (!found || !all.some((name) => name.startsWith("kps."))) return undefined;
  const [family, , placesOf] = found;
  const places = placesOf(lastStack(all));
  const parameters = new Map<string, string>();
  const counters = new Set<string>();
  for (const [name, key] of names) {
    if (name.endsWith(".num_batches_tracked")) counters.add(key);
    const parameter = parameterAt(name, places, ".");
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

/** Every stack has features. */
function lastStack(names: readonly string[]): number {
  return names.reduce((last, name) => {
    const stack = /^cnvs\.(\d{1,3})\./.exec(name)?.[1];
    return Math.max(last, Number(stack ?? 0));
  }, 0);
}

/** PyTorch's kernels are [output, input, height, width], this project's [height, width, input, output]. */
export function kernelShape(shape: readonly number[]): readonly number[] {
  if (shape.length !== 4) return shape;
  const [outputs, inputs, height, width] = shape;
  return [height, width, inputs, outputs];
}

/** A kernel in this project's layout; `shape` is that of PyTorch. */
export function transposeKernel(values: Float32Array, shape: readonly number[]): Float32Array {
  const [outputs, inputs, height, width] = shape;
  const taps = height * width;
  const transposed = new Float32Array(values.length);
  for (let tap = 0; tap < taps; tap++) {
    for (let input = 0; input < inputs; input++) {
      const row = (tap * inputs + input) * outputs;
      let from = input * taps + tap;
      for (let output = 0; output < outputs; output++) {
        transposed[row + output] = values[from];
        from += inputs * taps;
      }
    }
  }
  return transposed;
}

/** Exchanges the two numbers of each pair along the last axis, in place. */
export function swapPairs(values: Float32Array): Float32Array {
  for (let i = 0; i + 1 < values.length; i += 2) {
    [values[i], values[i + 1]] = [values[i + 1], values[i]];
  }
  return values;
}

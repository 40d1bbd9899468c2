import { ModelError } from "../errors.ts";
import type { Parameter, Weights } from "../tensor.ts";

/** The names of a batch norm's parameters: y = gamma · (x − mean) / √(variance + epsilon) + beta. */
export interface BatchNormParameters {
  readonly gamma: string;
  readonly beta: string;
  readonly mean: string;
  readonly variance: string;
  readonly epsilon: number;
}

/** How a pass over the graph computes a parameter from stored ones, as plain data. */
export type DerivedParameter =
  /** kernel · gamma / √(variance + epsilon) for each output channel. Output channels run along `axis`. */
  | {
      readonly kind: "foldedKernel";
      readonly kernel: string;
      readonly axis: number;
      readonly norm: BatchNormParameters;
    }
  /** beta + (bias − mean) · gamma / √(variance + epsilon). Without a `bias` it counts as 0. */
  | { readonly kind: "foldedBias"; readonly bias?: string; readonly norm: BatchNormParameters };

/**
 * Computes the parameter in float64 and rounds it once.
 *
 * @throws ModelError if a stored parameter is missing.
 */
export function deriveParameter(derived: DerivedParameter, weights: Weights): Parameter {
  const { norm } = derived;
  const gamma = stored(norm.gamma, weights);
  const variance = stored(norm.variance, weights);
  const factor = Array.from(gamma.data, (g, channel) => g / Math.sqrt(variance.data[channel] + norm.epsilon));
  if (derived.kind === "foldedBias") {
    const beta = stored(norm.beta, weights);
    const mean = stored(norm.mean, weights);
    const bias = derived.bias === undefined ? undefined : stored(derived.bias, weights);
    const data = beta.data.map(
      (b, channel) => b + ((bias?.data[channel] ?? 0) - mean.data[channel]) * factor[channel],
    );
    return { shape: beta.shape, data };
  }
  const kernel = stored(derived.kernel, weights);
  const stride = kernel.shape.slice(derived.axis + 1).reduce((product, side) => product * side, 1);
  const channels = kernel.shape[derived.axis];
  return { shape: kernel.shape, data: scaledAlong(kernel.data, factor, channels, stride) };
}

/** Plain loops because every weight of a network passes through here during loading. */
function scaledAlong(
  values: Float32Array,
  factors: readonly number[],
  channels: number,
  stride: number,
): Float32Array {
  const scaled = new Float32Array(values.length);
  for (let at = 0; at < values.length; ) {
    for (let channel = 0; channel < channels; channel++) {
      const factor = factors[channel];
      for (const end = at + stride; at < end; at++) scaled[at] = values[at] * factor;
    }
  }
  return scaled;
}

/** The names of the stored parameters that a derived one is computed from. */
export function derivedFrom(derived: DerivedParameter): string[] {
  const { gamma, beta, mean, variance } = derived.norm;
  if (derived.kind === "foldedKernel") return [derived.kernel, gamma, variance];
  return [gamma, beta, mean, variance, ...(derived.bias === undefined ? [] : [derived.bias])];
}

/**
 * A parameter as the layers of a graph read it: a stored one, or one that is computed from stored ones (folded batch
 * norms). `read` reads a stored one, as that of `openModel` does.
 */
export async function parameterOf(
  graph: { readonly derived: Readonly<Record<string, DerivedParameter>> },
  name: string,
  read: (name: string) => Promise<Parameter>,
): Promise<Parameter> {
  const derived = graph.derived[name];
  if (!derived) return read(name);
  const weights = new Map<string, Parameter>();
  for (const source of derivedFrom(derived)) weights.set(source, await read(source));
  return deriveParameter(derived, weights);
}

/** @throws ModelError if there is no parameter of that name. */
export function stored(name: string, weights: Weights): Parameter {
  const parameter = weights.get(name);
  if (!parameter) throw new ModelError({ where: name, expected: "a parameter of that name", got: "none" });
  return parameter;
}

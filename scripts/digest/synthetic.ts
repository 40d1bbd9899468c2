/** Inputs and weights of the networks that are run. */
import { syntheticWeights } from "../../bench/syntheticWeights.ts";
import type { InputSize, Model } from "../../src/index.ts";
import type { WeightsSource } from "../../src/network.ts";
import { elementCount, type Parameter, type Tensor, type Weights } from "../../src/tensor.ts";
import { formulaValues } from "../../test/support/syntheticFormula.ts";

type Inputs = Readonly<Record<string, Tensor>>;

const PACKAGED = ["movenet-lightning", "movenet-multipose"];

export function isPackaged({ name }: Model): boolean {
  return PACKAGED.includes(name);
}

/** Whole numbers from 0 to 255, as pixels are. */
export function inputsOf(model: Model, size: InputSize): Inputs {
  const inputs = Object.entries(model.graph(size).inputs).map(([name, shape]) => {
    const values = formulaValues(`${model.name} ${name}`, elementCount(shape), 128);
    return [name, { shape, data: values.map((value) => Math.floor(value + 128)) }];
  });
  return Object.fromEntries(inputs);
}

let latest: { readonly model: Model; readonly weights: Weights } | undefined;

/** Those of the last model are kept: up to 1 GB, which takes seconds to make. */
export function weightsOf(model: Model, size: InputSize): Weights {
  if (latest?.model === model) return latest.weights;
  latest = undefined;
  const weights = new Map<string, Parameter>(syntheticWeights(model.graph(size)));
  for (const [name, { shape, data }] of weights) weights.set(name, { shape, data: tripletHead(name, data) });
  for (const [name, shape] of model.constants(size)) {
    const values = formulaValues(name, elementCount(shape), 0.5).map((value) => 1 + value);
    weights.set(name, { shape, data: name === "preprocess.scale" ? Float32Array.of(2 / 255) : values });
  }
  latest = { model, weights };
  return weights;
}

/** As `load` takes them. */
export function weightsSource(model: Model, size: InputSize): WeightsSource {
  if (isPackaged(model)) return `weights/${model.name}.safetensors`;
  const weights = weightsOf(model, size);
  const variables = [...weights].map(([name, { shape, data }]) => {
    return [name, { dtype: "F32", shape, byteLength: data.byteLength }] as const;
  });
  return {
    format: "safetensors",
    where: "synthetic weights",
    metadata: new Map(),
    variables: new Map(variables),
    read: async (name) => {
      const parameter = weights.get(name);
      if (!parameter) throw new Error(`no weights ${name}`);
      return parameter.data;
    },
  };
}

/**
 * Without this no corners would ever meet, and triplets would have no detections: both corners and the center
 * need the same class, and corners need embeddings that are less than 0.5 apart.
 */
function tripletHead(name: string, data: Float32Array): Float32Array {
  if (/(topLeft|bottomRight|center)\.heatmap\.out\.bias$/.test(name)) {
    return formulaValues("classes", data.length, 3);
  }
  if (name.endsWith(".heatmap.out.kernel")) return data.map((value) => value / 16);
  return name.endsWith(".embedding.out.kernel") ? data.map((value) => value / 4) : data;
}

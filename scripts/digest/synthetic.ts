/** Inputs and weights of the networks that are run. */
import { syntheticWeights } from "../../bench/syntheticWeights.ts";
import type { InputSize, Model, WeightsSource } from "../../src/index.ts";
import { elementCount, type Parameter, type Tensor, type Weights } from "../../src/tensor.ts";
import { formulaValues } from "../../test/support/syntheticFormula.ts";

type Inputs = Readonly<Record<string, Tensor>>;

/** The channel of persons in the heatmap of centers. */
const PERSON = 0;
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

/** Keeps the weights of one model: they can take 800 MB, and seconds to make. */
export function weightsOf(model: Model, size: InputSize): Weights {
  if (latest?.model === model) return latest.weights;
  latest = undefined;
  const weights = new Map<string, Parameter>(syntheticWeights(model.graph(size)));
  const withPoses = weights.has("heads.keypointHeatmap.out.bias");
  for (const [name, { shape, data }] of weights) {
    weights.set(name, { shape, data: headThatDetects(name, data, withPoses) });
  }
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
 * Changes the last layer of some heads so that there are detections of each kind. A triplet needs both
 * corners and the center in one class, and corners whose embeddings are less than 0.5 apart. Only persons
 * have keypoints, so persons must be among the best detections of 90 classes.
 */
function headThatDetects(name: string, data: Float32Array, withPoses: boolean): Float32Array {
  if (/\.(topLeft|bottomRight|center)\.heatmap\.out\.bias$/.test(name)) {
    return formulaValues("classes", data.length, 3);
  }
  if (name.endsWith(".heatmap.out.kernel")) return data.map((value) => value / 16);
  if (name.endsWith(".embedding.out.kernel")) return data.map((value) => value / 4);
  if (name === "heads.center.out.kernel" && withPoses) return data.map((value) => value / 4);
  if (name === "heads.center.out.bias" && withPoses) {
    return data.map((value, index) => (index === PERSON ? value + 3 : value));
  }
  return data;
}

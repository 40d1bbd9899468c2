/** Requests of the Load view: what weights are, before anything runs. */
import { describeGraph, describePlan, inputSquares, MODELS, type Model, openModel } from "centernet";
import type { Call } from "./call.ts";
import { listModels, withOwnWeights } from "./ownWeights.ts";
import { bytesRead, keepFiles, keptFiles } from "./session.ts";

/** Which weights to open. */
export interface WeightsChoice {
  /** The number of the user's files; absent: the model's own weights. */
  readonly weights?: number;
  /** For files, only if they do not say it themselves. */
  readonly model?: string;
  /** The number of a file that names the classes. */
  readonly labels?: number;
}

export const loadHandlers = {
  /** Every model that is known, with the size of its weights if they are here. */
  async models() {
    const sizes = new Map((await listModels()).map(({ name, bytes }) => [name, bytes]));
    return MODELS.map((model) => ({ ...choicesOf(model), bytes: sizes.get(model.name) }));
  },

  /** From now on the worker has these files under this number. Nothing is read. */
  keepFiles({ id, files }: { readonly id: number; readonly files: readonly File[] }) {
    keepFiles(id, files);
  },

  async describeWeights({ weights, model, labels }: WeightsChoice, { signal, progress }: Call) {
    const open = (source: string | readonly File[]) =>
      openModel(source, {
        model,
        labelMap: labels === undefined ? undefined : keptFiles(labels, "labels")[0],
        signal,
        onProgress(read, all, phase) {
          const text = phase === "download" ? "downloading" : "reading the archive";
          progress(bytesRead(text, read, all));
        },
      });
    const opened = await (weights === undefined
      ? withOwnWeights(model ?? "", open)
      : open(keptFiles(weights)));
    try {
      return describe(opened);
    } finally {
      await opened.close();
    }
  },
};

/** What there is to choose of a model before it runs. */
export function choicesOf(model: Model) {
  const { name, backbone, outputs, testTimeOptions = [], defaultSize, maxDetections } = model;
  const testTime = (["flip", "scales"] as const).filter((option) => testTimeOptions.includes(option));
  return { name, backbone, outputs, defaultSize, maxDetections, squares: inputSquares(model), testTime };
}

function describe({
  model,
  format,
  metadata,
  inputSize,
  parameters,
  notes,
}: Awaited<ReturnType<typeof openModel>>) {
  const graph = model.graph(inputSize);
  const { layers, totals } = describeGraph(graph, model.constants(inputSize));
  const plan = describePlan(model, { inputSize });
  const { name, backbone, outputs, sizedByImage, resizer, classes, keypointNames = [], published } = model;
  return {
    name,
    backbone,
    outputs,
    format,
    inputSize,
    sizedByImage: sizedByImage ?? false,
    resizer,
    published,
    classes: classes.map(({ label }) => label),
    keypoints: keypointNames.length,
    parameters: totals.trainableParameters,
    gflops: totals.gflops,
    layers: layers.length,
    fusedLayers: plan.layers.length,
    memory: { ...plan.bytes, low: describePlan(model, { inputSize, memory: "low" }).bytes.total },
    metadata: [...metadata],
    notes,
    arrays: [...parameters].map(([array, facts]) => ({ name: array, ...facts })),
  };
}

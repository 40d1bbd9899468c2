/** A layer's weights, read again after the backend has taken them over. */
import { describe, expect, test } from "vitest";
import { createExecutor } from "../src/executors/backends.ts";
import { deriveParameter } from "../src/graph/derivedParameter.ts";
import type { GraphNode } from "../src/graph/graph.ts";
import { load, modelNamed, openModel, type ReadSome, UsageError } from "../src/index.ts";
import { Network } from "../src/network.ts";
import { weightsFor } from "./support/madeWeights.ts";

const WEIGHTS = new URL("../weights/movenet-lightning.safetensors", import.meta.url).pathname;

describe("parametersOf", () => {
  test("has the numbers of the file, by role", async () => {
    const detector = await load("movenet-lightning", { backend: "wasm", threads: 1 });
    const { read, close } = await openModel(WEIGHTS);
    const { graph } = detector.network;
    const node = graph.nodes.find(({ name }) => name === "backbone.stem.relu6");
    const parameters = await detector.network.parametersOf("backbone.stem.relu6");
    expect(Object.keys(parameters)).toEqual(Object.keys(node?.parameters ?? {}));
    expect(parameters.kernel).toEqual(await read("backbone.stem.kernel"));
    expect(await detector.network.parametersOf("backbone.block4.add")).toHaveProperty("bias");
    await expect(detector.network.parametersOf("backbone.stem.relu")).rejects.toThrow(/relu6/);
    await expect(detector.network.parametersOf("nonsense")).rejects.toThrow(UsageError);
    await close();
    await detector.dispose();
  });

  test("folds batch norms as the layer does; a network of numbers in memory has to be able to read them", async () => {
    const model = modelNamed("centernet_mobilenetv2fpn_512x512_coco17_od");
    const inputSize = { height: 64, width: 64 };
    const weights = weightsFor(model.graph(inputSize));
    const open = (readSome?: ReadSome) =>
      createExecutor("wasm", { threads: 1 }).then((executor) =>
        Network.open({
          model,
          inputSize,
          weights: new Map(weights),
          executor,
          fuse: true,
          notes: [],
          readSome,
        }),
      );
    const network = await open(async () => new Map(weights));
    const { derived, nodes } = network.graph;
    const folded = nodes.find(({ parameters }) => parameters.kernel in derived) as GraphNode;
    const { kernel } = await network.parametersOf(folded.name);
    expect(kernel).toEqual(deriveParameter(derived[folded.parameters.kernel], weights));
    await network.dispose();
    const other = await open();
    await expect(other.parametersOf(folded.name)).rejects.toThrow("weights that can be read again");
    await other.dispose();
  });
});

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ModelError, openModel, UsageError } from "../../src/index.ts";
import { resizedBy } from "../support/zooResizers.ts";

const FILE = new URL("../../weights/movenet-lightning.safetensors", import.meta.url);

test("opened weights say their model, its parameters and what the file says of itself", async () => {
  const opened = await openModel(FILE);
  expect(opened).toMatchObject({
    model: { name: "movenet-lightning" },
    format: "safetensors",
    inputSize: { height: 192, width: 192 },
    notes: [],
  });
  expect(opened.metadata.get("model")).toBe("movenet-lightning");
  const graph = opened.model.graph(opened.inputSize);
  for (const [name, { shape }] of Object.entries(graph.parameters)) {
    expect(opened.parameters.get(name)?.shape).toEqual(shape);
  }
  expect(opened.parameters.get("decode.cellSize")).toMatchObject({ shape: [], dtype: "F16", byteLength: 2 });
  await opened.close();
});

test("a parameter is read as the graph uses it, from bytes, a Blob or the package", async () => {
  const bytes = new Uint8Array(await readFile(FILE));
  const name = "backbone.stem.kernel";
  const sources = [bytes, new Blob([bytes]), undefined];
  const read = sources.map(async (source) => {
    const opened = await openModel(source, source ? {} : { model: "movenet-lightning" });
    const parameter = await opened.read(name);
    await opened.close();
    // Closed files open again.
    expect(await opened.read(name)).toEqual(parameter);
    await opened.close();
    return parameter;
  });
  const [first, ...others] = await Promise.all(read);
  expect(first.shape).toEqual([3, 3, 3, 32]);
  for (const other of others) expect(other).toEqual(first);
});

test("a checkpoint's own layout is converted", async () => {
  const checkpoint = await resizedBy();
  const { model, parameters, read } = await openModel(checkpoint);
  const graph = model.graph(model.defaultSize);
  expect([...parameters.keys()].sort()).toEqual(Object.keys(graph.parameters).sort());
  const name = graph.nodes.find(({ op }) => op === "depthwiseConv2d")?.parameters.kernel ?? "";
  const { shape, data } = await read(name);
  expect(shape).toEqual(graph.parameters[name].shape);
  expect(data).toHaveLength(shape.reduce((product, side) => product * side, 1));
});

test("an unknown name gets the nearest ones, and weights that do not fit are refused", async () => {
  const opened = await openModel(FILE);
  await expect(opened.read("backbone.stem.kernl")).rejects.toThrow("Did you mean backbone.stem.kernel");
  await expect(opened.read("backbone.stem.kernl")).rejects.toBeInstanceOf(UsageError);
  await opened.close();
  await expect(openModel(FILE, { model: "movenet-multipose" })).rejects.toBeInstanceOf(ModelError);
  await expect(openModel("nowhere.safetensors")).rejects.toBeInstanceOf(ModelError);
});

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { describePlan, MODELS, ModelError, modelNamed, openModel, UsageError } from "../../src/index.ts";
import { tarGzOf } from "../checkpoints/support/madeArchive.ts";
import { madeBundle } from "../checkpoints/support/madeBundle.ts";
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

test("an archive is read from end to end with progress, and until its signal is aborted", async () => {
  const noise = Array.from({ length: 100_000 }, (_, i) => Math.sin(i * i));
  const bytes = tarGzOf(madeBundle("ckpt-0", [{ key: "a", shape: [100_000], values: noise }]));
  const archive = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const steps: [number, number, string][] = [];
  const onProgress = (...step: [number, number, string]) => void steps.push(step);
  // It is whole, and no model's.
  await expect(openModel(archive, { onProgress })).rejects.toBeInstanceOf(ModelError);
  expect(steps.length).toBeGreaterThan(3);
  expect(steps.every(([read, all, phase]) => read <= all && all === archive.size && phase === "unpack")).toBe(
    true,
  );
  expect(steps.at(-1)?.[0]).toBe(archive.size);
  const controller = new AbortController();
  const stopped = openModel(archive, {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error("enough")),
  });
  await expect(stopped).rejects.toThrow("enough");
});

test.each(MODELS.map(({ name }) => name))("the memory of %s is known before it is loaded", (name) => {
  const { bytes, layers } = describePlan(modelNamed(name), { threads: 2 });
  expect(bytes.total).toBeGreaterThanOrEqual(bytes.weights + bytes.maps);
  expect(layers.length).toBeGreaterThan(30);
  const low = describePlan(modelNamed(name), { memory: "low", threads: 2 }).bytes;
  expect(low.total).toBeLessThanOrEqual(bytes.total);
});

test("the memory depends on the input size, which the model must be able to take", () => {
  const model = modelNamed("movenet-multipose");
  const { maps } = describePlan(model).bytes;
  expect(describePlan(model, { inputSize: { width: 512, height: 512 } }).bytes.maps).toBeGreaterThan(
    3 * maps,
  );
  expect(() => describePlan(model, { inputSize: { width: 100, height: 100 } })).toThrow(UsageError);
});

import { describe, expect, test } from "vitest";
import { ModelError, UsageError } from "../../src/errors.ts";
import { encodeOnnx } from "../../src/export/onnx/encodeOnnx.ts";
import { onnxGraph } from "../../src/export/onnx/exportOnnx.ts";
import { OnnxBuilder } from "../../src/export/onnx/onnxGraph.ts";
import { exportOnnx, MODELS, modelNamed } from "../../src/index.ts";
import { concatenate } from "../../src/support/concatenate.ts";
import { type ReadOnnx, readOnnx } from "../support/readOnnx.ts";

const FLOAT = 1;

describe("movenet-lightning as a file", async () => {
  const file = readOnnx(await exportOnnx("movenet-lightning"));

  test("states its versions, its input and the heads", () => {
    expect([file.irVersion, file.opset, file.producer]).toEqual([8, 13, "centernet"]);
    expect(file.inputs).toEqual([{ name: "image", elementType: FLOAT, dims: [1, 192, 192, 3] }]);
    expect(file.outputs.map(({ name, dims }) => `${name} ${dims}`)).toEqual([
      "centerHeatmap 1,48,48,1",
      "keypointHeatmap 1,48,48,17",
      "keypointRegression 1,48,48,34",
      "keypointOffset 1,48,48,34",
    ]);
  });

  test("has labels, keypoints, preprocessing and license in its metadata", () => {
    expect(JSON.parse(file.metadata.get("labels") ?? "")).toEqual({ 1: "person" });
    expect(JSON.parse(file.metadata.get("keypoints") ?? "")).toHaveLength(17);
    expect(file.metadata.get("preprocessing")).toMatch(/centered, black around it/);
    expect(file.metadata.get("license")).toBe("Apache-2.0");
  });

  test("is a graph in which each name is made once, before it is read", () => {
    expectSound(file);
  });

  test("has every layer's value under its name, the graph's input transposed", () => {
    const graph = modelNamed("movenet-lightning").graph({ height: 192, width: 192 });
    const made = new Set(file.nodes.flatMap(({ outputs }) => outputs));
    const missing = graph.nodes.filter(({ name }) => !made.has(name)).map(({ op }) => op);
    // Each bias is in the convolution before it, whose own value is therefore not there.
    expect(new Set(missing)).toEqual(new Set(["conv2d", "depthwiseConv2d"]));
    expect(file.nodes[0]).toMatchObject({ opType: "Transpose", inputs: ["image"] });
  });
});

test("unfused, every layer's value is in the file, and NCHW needs no transposition", async () => {
  const options = { fuse: false, layout: "NCHW" } as const;
  const file = readOnnx(await exportOnnx("movenet-lightning", options));
  const graph = modelNamed("movenet-lightning").graph({ height: 192, width: 192 });
  const made = new Set(file.nodes.flatMap(({ outputs }) => outputs));
  expect(graph.nodes.filter(({ name }) => !made.has(name))).toEqual([]);
  expect(file.inputs[0].dims).toEqual([1, 3, 192, 192]);
  expect(file.nodes.filter(({ opType }) => opType === "Transpose")).toEqual([]);
  expectSound(file);
});

test.each(MODELS.map((model) => [model.name, model]))(
  "%s can be expressed, folded and unfused",
  (_, model) => {
    for (const fuse of [true, false]) {
      // Weights are read only when the file is written.
      const graph = onnxGraph(model, model.defaultSize, sparseConstants(model.name), { fuse });
      expect(graph.inputs.map(({ name }) => name)).toEqual(["image"]);
      const outputs = Object.keys(model.graph(model.defaultSize).outputs);
      expect(graph.outputs.map(({ name }) => name)).toEqual(outputs);
      const normalized = graph.nodes.find(({ outputs: [name] }) => name === "preprocess.normalize");
      // CenterFace takes pixels as they are.
      expect(normalized !== undefined).toBe(model.name !== "centerface");
      const norms = graph.nodes.filter(({ opType }) => opType === "BatchNormalization").length;
      const stored = model.graph(model.defaultSize).nodes.filter(({ op }) => op === "batchNorm").length;
      if (!fuse) expect(norms > 0).toBe(stored > 0);
    }
  },
);

test("a file beyond protobuf's 2 GiB is refused before a number is computed", () => {
  const builder = new OnnxBuilder();
  const data = () => expect.unreachable("no number is needed");
  builder.tensor({ name: "large", type: "float32", dims: [2 ** 29], data });
  const error = expectThrown(() => encodeOnnx(builder.build([], []), { name: "huge" }));
  expect(error).toBeInstanceOf(ModelError);
  expect(`${error}`).toMatch(
    /ONNX file of huge: expected at most 2147483647 bytes, protobuf's limit, got 2147483706/,
  );
});

test("with its decode, centerface is refused: suppression keeps any number of faces", async () => {
  await expect(exportOnnx("centerface", { decode: true })).rejects.toThrow(
    new UsageError({
      where: "decode in ONNX",
      expected: "a model whose number of detections is fixed",
      got: "faces, of which suppression keeps any number",
      hint: "Export the heads alone.",
    }),
  );
});

test("integers of any size and sign survive the encoding", () => {
  const numbers = [0, 1, 127, 128, 300, 2 ** 40, -1, -(2 ** 40)];
  const builder = new OnnxBuilder();
  builder.node("Op", [], { numbers, one: -7, half: { float: 0.5 }, text: "ä" }, "out");
  const { nodes } = readOnnx(concatenate([...encodeOnnx(builder.build([], []), { name: "n" }).pieces]));
  expect(nodes[0].attributes).toEqual({ numbers, one: -7, half: 0.5, text: "ä" });
});

test("a size that the model cannot take is the model's own error", async () => {
  await expect(exportOnnx("movenet-lightning", { inputSize: { height: 100, width: 100 } })).rejects.toThrow(
    new UsageError({
      where: "input size of movenet-lightning",
      expected: "192x192, its only size",
      got: "100x100",
    }),
  );
});

test("without weights at hand, the error says how to get them", async () => {
  await expect(exportOnnx("centernet-104")).rejects.toThrow(/Give the file that its authors publish/);
});

/** What a model's graph reads while it is built; no other number is needed. */
function sparseConstants(name: string) {
  const scale = { shape: [], data: Float32Array.of(2 / 255) };
  return new Map(name.startsWith("movenet") ? [["preprocess.scale", scale]] : []);
}

/** ONNX's rule of single assignment: nothing is made twice, and everything read was made before. */
function expectSound({ nodes, tensors, inputs, outputs, values }: ReadOnnx): void {
  const made = new Set([...tensors.keys(), ...inputs.map(({ name }) => name)]);
  expect(made.size).toBe(tensors.size + inputs.length);
  for (const node of nodes) {
    expect(node.inputs.filter((name) => name !== "" && !made.has(name))).toEqual([]);
    for (const name of node.outputs) {
      expect(made.has(name), name).toBe(false);
      made.add(name);
    }
  }
  expect([...outputs, ...values].filter(({ name }) => !made.has(name))).toEqual([]);
  for (const { dims, dataType, bytes } of tensors.values()) {
    const count = dims.reduce((product, side) => product * side, 1);
    expect(bytes.length).toBe(count * (dataType === FLOAT ? 4 : 8));
  }
}

function expectThrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.unreachable("it throws");
}

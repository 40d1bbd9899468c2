import { describe, expect, test } from "vitest";
import { nameParameters } from "../../src/checkpoints/names/nameParameters.ts";
import { openCheckpoint } from "../../src/checkpoints/openCheckpoint.ts";
import { parseSafetensors, toFloat32 } from "../../src/checkpoints/safetensors/safetensors.ts";
import { ModelError } from "../../src/errors.ts";
import { loadParameters } from "../../src/loading/readWeights.ts";
import { elementCount } from "../../src/tensor.ts";
import { convert as convertFile } from "./support/convert.ts";
import { knownModels } from "./support/knownModels.ts";
import { movenetFile } from "./support/movenetFile.ts";
import { opened, type TfjsFile } from "./support/tfjsFile.ts";

const named = async (file: TfjsFile) => nameParameters(await openCheckpoint(opened(file)));

describe.each([
  ["movenet-multipose", "several"],
  ["movenet-lightning", "one"],
] as const)("%s", (model, persons) => {
  test("its constants get the names of this project's parameters, all of them and no others", async () => {
    const file = await named(movenetFile(persons));
    expect(file.evidence).toEqual({ model });
    expect([...file.variables.keys()].sort()).toEqual([...(knownModels.get(model)?.().keys() ?? [])].sort());
  });

  test("without a layer's constant, or with one too many, loading says which", async () => {
    const shapes = new Map(
      [...(await named(movenetFile(persons))).variables].map(([name, v]) => [name, v.shape]),
    );
    const file = movenetFile(persons);
    const { weights } = file.json.weightsManifest[0];
    const renamed = weights.find(({ name }) => name.endsWith("block_3_expand/Conv2D_weights"));
    Object.assign(renamed ?? {}, { name: "stray" });
    const load = loadParameters(shapes, await named(file), { model });
    await expect(load).rejects.toThrow(
      /missing backbone\.block3\.expand\.kernel \[1, 1, 2, 2\]; unexpected "stray"\.$/,
    );
  });
});

test("the numbers of normalization and decode are taken from the file with its rounding", async () => {
  const several = await named(movenetFile("several"));
  const values = async (name: string) => [...(await several.read(name))];
  expect(await values("preprocess.scale")).toEqual([0.007843017578125]);
  expect(await values("decode.gaussianDenominatorRatio")).toEqual([0.300048828125]);
  expect(await values("decode.keypointScoreThreshold")).toEqual([0.126953125]);
  expect(await values("decode.peakTolerance")).toEqual([1.0132789611816406e-6]);
  const one = await named(movenetFile("one"));
  expect(one.variables.get("decode.centerWeights")?.shape).toEqual([3, 3]);
  expect(one.variables.get("decode.cellSize")?.shape).toEqual([]);
  expect([...(await one.read("decode.cellSize"))]).toEqual([0.0208282470703125]);
  expect([...(await one.read("decode.distanceOffset"))]).toEqual([1.7998046875]);
});

/** Sets 16 bits of a weight in the file's shard. */
function setHalf(file: TfjsFile, name: string, index: number, half: number): void {
  const { weights } = file.json.weightsManifest[0];
  const sizes = weights.map(
    ({ shape, quantization }) => elementCount(shape as number[]) * (quantization ? 2 : 4),
  );
  const before = sizes.slice(
    0,
    weights.findIndex((weight) => weight.name === name),
  );
  const offset = before.reduce((sum, size) => sum + size, 0) + 2 * index;
  const [shard] = file.shards.values();
  new DataView(shard.buffer, shard.byteOffset).setUint16(offset, half, true);
}

describe("a graph that is not the architecture is refused", () => {
  const node = (file: TfjsFile, constant: string) => {
    const found = file.json.modelTopology.node.find(({ input }) =>
      input?.some((name) => name.endsWith(constant)),
    );
    if (!found) throw new Error(`no node uses ${constant}`);
    return found;
  };
  const ofKind = (file: TfjsFile, op: string) =>
    file.json.modelTopology.node.filter((other) => other.op === op);
  const weight = (file: TfjsFile, end: string) =>
    file.json.weightsManifest[0].weights.find(({ name }) => name.endsWith(end)) ?? { name: "" };
  const twos = { list: { i: ["1", "2", "2", "1"] } };
  const cases: [string, (file: TfjsFile) => void, RegExp][] = [
    [
      "another stride",
      (file) =>
        Object.assign(node(file, "block_2_depthwise/depthwise_weights").attr ?? {}, { strides: twos }),
      /expected strides 1,1,1,1, got "1,2,2,1"\. This graph is not the architecture/,
    ],
    [
      "another dilation",
      (file) => Object.assign(node(file, "Conv1/Conv2D_weights").attr ?? {}, { dilations: twos }),
      /dilations 1,1,1,1, got "1,2,2,1"/,
    ],
    [
      "another layout",
      (file) =>
        Object.assign(node(file, "Conv1/Conv2D_weights").attr ?? {}, { data_format: { s: btoa("NCHW") } }),
      /data_format NHWC, got "NCHW"/,
    ],
    [
      "an image in place of the kernel",
      (file) => {
        const { input = [] } = node(file, "Conv1/Conv2D_weights");
        [input[0], input[1]] = [input[1], input[0]];
      },
      /the kernel and bias of backbone\.stem/,
    ],
    [
      "another alignment of corners",
      (file) => Object.assign(ofKind(file, "ResizeBilinear")[2].attr ?? {}, { align_corners: { b: true } }),
      /align_corners false, got "true"/,
    ],
    [
      "a scale for each color",
      (file) => setHalf(file, ofKind(file, "Mul")[0].input?.[1] ?? "", 1, 0x3c00),
      /expected 0\.007843017578125 in every element, got 1 in shape \[1, 1, 1, 3\]/,
    ],
    [
      "another activation",
      (file) =>
        Object.assign(node(file, "Conv1/Conv2D_weights").attr ?? {}, {
          fused_ops: { list: { s: [btoa("BiasAdd"), btoa("Relu")] } },
        }),
      /fused_ops BiasAdd,Relu6, got "BiasAdd,Relu"/,
    ],
    [
      "another padding",
      (file) =>
        Object.assign(node(file, "Conv1/Conv2D_weights").attr ?? {}, { padding: { s: btoa("VALID") } }),
      /padding SAME, got "VALID"/,
    ],
    [
      "an attribute that is no base64",
      (file) => Object.assign(node(file, "Conv1/Conv2D_weights").attr ?? {}, { padding: { s: "?" } }),
      /attribute "padding": expected base64 text, got "\?"/,
    ],
    [
      "another op",
      (file) => Object.assign(node(file, "Conv1/Conv2D_weights"), { op: "Conv3D" }),
      /got Conv3D/,
    ],
    [
      "another layer's bias",
      (file) => {
        const layer = node(file, "block_4_expand/Conv2D_weights");
        layer.input = [
          ...(layer.input ?? []).slice(0, 2),
          node(file, "Conv_1/Conv2D_weights").input?.[2] ?? "",
        ];
      },
      /the kernel and bias of backbone\.block4\.expand/,
    ],
    [
      "a kernel used twice",
      (file) => file.json.modelTopology.node.push({ ...node(file, "Conv1/Conv2D_weights"), name: "again" }),
      /one node that uses backbone\.stem, got 2/,
    ],
    [
      "another interpolation",
      (file) =>
        Object.assign(ofKind(file, "ResizeBilinear")[1].attr ?? {}, { half_pixel_centers: { b: false } }),
      /half_pixel_centers true, got "false"/,
    ],
    [
      "a missing upsampling",
      (file) => (ofKind(file, "ResizeBilinear")[0].op = "Identity"),
      /3 nodes ResizeBilinear, got 2/,
    ],
    [
      "another peak window",
      (file) =>
        Object.assign(ofKind(file, "MaxPool")[0].attr ?? {}, { ksize: { list: { i: [1, 3, 3, 1] } } }),
      /ksize 1,5,5,1, got "1,3,3,1"/,
    ],
    ["no count of persons", (file) => (ofKind(file, "TopKV2")[0].input = []), /a variable ""/],
    [
      "a constant of another value",
      (file) => setHalf(file, "StatefulPartitionedCall/TopKV2/k", 0, 7),
      /the 6 largest, got the 7 largest/,
    ],
    [
      "a rule without its constant",
      (file) => (ofKind(file, "Less")[0].op = "LessEqual"),
      /a constant as input 1 of a Less beside a Abs, as movenet-multipose has, got none/,
    ],
    [
      "a constant for two nodes",
      (file) => file.json.modelTopology.node.push({ ...ofKind(file, "Less")[0], name: "again" }),
      /expected one node that uses it, got more/,
    ],
    [
      "two constants of one meaning",
      (file) => {
        const { input = [] } = ofKind(file, "Greater")[0];
        file.json.modelTopology.node.push({
          name: "again",
          op: "Less",
          input: [ofKind(file, "Abs")[0].name, input[1]],
        });
        ofKind(file, "Greater")[0].input = [];
      },
      /expected one decode\.peakTolerance, got another/,
    ],
    [
      "two layers of one name",
      (file) =>
        Object.assign(weight(file, "center_0/conv2d_4/Conv2D/ReadVariableOp"), {
          name: "StatefulPartitionedCall/center_0/separable_conv2d_3/separable_conv2d/ReadVariableOp_1",
        }),
      /every weight once/,
    ],
    [
      "two heads of one name",
      (file) =>
        Object.assign(weight(file, "kpt_offset_0/conv2d_7/BiasAdd/ReadVariableOp"), {
          name: "StatefulPartitionedCall/kpt_regress_0/conv2d_9/BiasAdd/ReadVariableOp",
        }),
      /one constant for heads\.keypointRegression\.out\.bias/,
    ],
    [
      "a stray constant that is called like a parameter",
      (file) => Object.assign(weight(file, "Conv_1/Conv2D_weights"), { name: "backbone.stem.kernel" }),
      /one constant for "backbone\.stem\.kernel", got two/,
    ],
  ];
  test.each(cases)("%s", async (_, spoil, message) => {
    const file = movenetFile("several");
    spoil(file);
    await expect(named(file)).rejects.toThrow(message);
    await expect(named(file)).rejects.toThrow(ModelError);
  });
});

test("a fixed constant of another value is refused", async () => {
  const file = movenetFile("one");
  const grid = file.json.modelTopology.node.find(({ op }) => op === "SquaredDifference");
  const sqrt = file.json.modelTopology.node.find(({ op, input }) => op === "AddV2" && input?.length === 2);
  const [first, second] = [grid?.input?.[0] ?? "", sqrt?.input?.[1] ?? ""];
  Object.assign(grid?.input ?? [], [second]);
  Object.assign(sqrt?.input ?? [], { 1: first });
  await expect(named(file)).rejects.toThrow(
    /expected every cell's row or column, got 1\.7998046875 in shape \[\]/,
  );
});

describe("converting", () => {
  const known = async (file: TfjsFile) => {
    const { evidence, variables } = await named(file);
    const { model = "" } = evidence;
    return new Map([[model, () => new Map([...variables].map(([name, { shape }]) => [name, shape]))]]);
  };

  test("gives a safetensors file of the same values, the same bytes each time", async () => {
    const file = movenetFile("one");
    const convert = async () => convertFile(await openCheckpoint(opened(file)), await known(file));
    const { modelName, bytes, tensors } = await convert();
    expect(modelName).toBe("movenet-lightning");
    expect((await convert()).bytes).toEqual(bytes);
    const written = parseSafetensors(bytes, "f");
    expect(Object.fromEntries(written.metadata)).toMatchObject({
      model: modelName,
      source: "a test",
      format: "centernet",
    });
    const source = await named(file);
    expect([...written.tensors.keys()]).toEqual([...written.tensors.keys()].sort());
    expect(written.tensors.size).toBe(source.variables.size);
    for (const [name, tensor] of written.tensors) {
      expect(tensor.dtype).toBe("F16");
      expect(toFloat32(tensor)).toEqual(await source.read(name));
      expect(tensor.shape).toEqual(tensors.get(name)?.shape);
    }
  });

  test("keeps float32 where float16 would lose", async () => {
    const file = movenetFile("one");
    const { weights } = file.json.weightsManifest[0];
    const [stem] = weights;
    const values = Float32Array.from({ length: 3 * 3 * 3 * 32 }, (_, i) => 0.1 + i);
    weights[0] = { name: stem.name, shape: stem.shape, dtype: "float32" };
    const [shard] = file.shards.values();
    const rest = shard.subarray(values.length * 2);
    const bytes = new Uint8Array(values.byteLength + rest.length);
    bytes.set(new Uint8Array(values.buffer));
    bytes.set(rest, values.byteLength);
    file.shards.set("group1-shard1of1.bin", bytes);
    const converted = await convertFile(await openCheckpoint(opened(file)), await known(file));
    const tensor = parseSafetensors(converted.bytes, "f").tensors.get("backbone.stem.kernel");
    expect(tensor?.dtype).toBe("F32");
    expect(tensor && toFloat32(tensor)).toEqual(values);
  });

  test("refuses a known model of other shapes", async () => {
    const convert = async (file: TfjsFile) => convertFile(await openCheckpoint(opened(file)), knownModels);
    await expect(convert(movenetFile("one"))).rejects.toThrow(
      /misshapen backbone\.block0\.depthwise\.kernel: expected \[3, 3, 32, 1\], got/,
    );
  });
});

import { numberToFloat16 } from "../../../src/checkpoints/bytes/float16.ts";
import { bytesOf, type TfjsFile, type TfjsNode, tfjsFile } from "./tfjsFile.ts";

const ROOT = "StatefulPartitionedCall/";
const PYRAMID = `${ROOT}center_net_mobile_net_v2fpn_feature_extractor/model_1/`;
const CHANNELS = 2;

/**
 * A MoveNet graph as Google's files have it, node for node where names and constants are concerned, but
 * with two channels nearly everywhere and without the nodes that take no constant of float type.
 */
export function movenetFile(persons: "one" | "several"): TfjsFile {
  const graph = new GraphFile();
  addBackbone(graph, persons === "one" ? 32 : CHANNELS);
  addPyramid(graph);
  const heads = ["center_0", "kpt_heatmap_0", "kpt_regress_0", "kpt_offset_0"];
  if (persons === "several") heads.push("box_scale_0", "box_offset_0");
  for (const [index, head] of heads.entries()) addHead(graph, `${ROOT}${head}/`, index);
  graph.constantUse("Mul", 1, "Sub", [1, 1, 1, 3], () => 0.007843017578125);
  graph.constantUse("Sub", 1, "Mul", [], () => 1);
  if (persons === "several") addMultiPoseDecode(graph);
  else addSinglePoseDecode(graph);
  return graph.file();
}

class GraphFile {
  private readonly weights: Parameters<typeof tfjsFile>[0] = [];
  private readonly nodes: TfjsNode[] = [];

  constant(name: string, shape: number[], value: (index: number) => number): string {
    const length = shape.reduce((product, side) => product * side, 1);
    const halves = Uint16Array.from({ length }, (_, index) => numberToFloat16(value(index)));
    const quantization = { dtype: "float16", original_dtype: "float32" };
    this.weights.push({ name, shape, dtype: "float32", quantization, bytes: bytesOf(halves) });
    return name;
  }

  integer(name: string, value: number): string {
    this.weights.push({ name, shape: [], dtype: "int32", bytes: bytesOf(Int32Array.of(value)) });
    return name;
  }

  node(op: string, input: string[], attr: TfjsNode["attr"] = {}): string {
    const name = `${ROOT}node_${this.nodes.length}`;
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  /** A node that takes a constant beside the output of a node of kind `beside`. */
  constantUse(
    op: string,
    input: number,
    beside: string,
    shape: number[],
    value: (index: number) => number,
  ): void {
    const constant = this.constant(`${ROOT}constant_${this.weights.length}`, shape, value);
    const other = this.node(beside, []);
    const inputs = [`${other}:1`, `${other}:1`];
    inputs[input] = constant;
    this.node(op, inputs);
  }

  layer(
    op: string,
    kernel: string,
    bias: string | undefined,
    shape: number[],
    stride = 1,
    activation = "",
  ): void {
    const name = this.constant(kernel, shape, (index) => index + 1);
    const input = [`${name}.input`, name];
    if (bias) input.push(this.constant(bias, [shape[3] === 1 ? shape[2] : shape[3]], () => 0.5));
    const fused = (bias ? ["BiasAdd", activation] : []).filter((text) => text !== "");
    this.node(op, input, {
      strides: { list: { i: ["1", String(stride), String(stride), "1"] } },
      dilations: { list: { i: ["1", "1", "1", "1"] } },
      data_format: { s: btoa("NHWC") },
      padding: { s: btoa("SAME") },
      ...(fused.length > 0 && { fused_ops: { list: { s: fused.map(btoa) } } }),
    });
  }

  file(): TfjsFile {
    return tfjsFile(this.weights, this.nodes);
  }
}

function folded(graph: GraphFile, layer: string, shape: number[], stride: number, activation: string): void {
  const depthwise = layer.endsWith("depthwise");
  const op = depthwise ? "FusedDepthwiseConv2dNative" : "_FusedConv2D";
  const stem = `${PYRAMID}model/${layer}/${depthwise ? "depthwise" : "Conv2D"}`;
  graph.layer(op, `${stem}_weights`, `${stem}_bn_offset`, shape, stride, activation);
}

const POINTWISE = [1, 1, CHANNELS, CHANNELS];
const DEPTHWISE = [3, 3, CHANNELS, 1];

function addBackbone(graph: GraphFile, stemChannels: number): void {
  folded(graph, "Conv1", [3, 3, 3, stemChannels], 2, "Relu6");
  folded(graph, "expanded_conv_depthwise", DEPTHWISE, 1, "Relu6");
  folded(graph, "expanded_conv_project", POINTWISE, 1, "");
  for (let block = 1; block <= 16; block++) {
    folded(graph, `block_${block}_expand`, POINTWISE, 1, "Relu6");
    folded(graph, `block_${block}_depthwise`, DEPTHWISE, [1, 3, 6, 13].includes(block) ? 2 : 1, "Relu6");
    folded(graph, `block_${block}_project`, POINTWISE, 1, "");
  }
  folded(graph, "Conv_1", POINTWISE, 1, "Relu6");
}

function addPyramid(graph: GraphFile): void {
  for (const number of ["", "_1", "_2", "_3"]) plainConvolution(graph, `${PYRAMID}conv2d${number}`);
  for (const number of ["", "_1", "_2"]) {
    const layer = `${PYRAMID}separable_conv2d${number}`;
    graph.layer("DepthwiseConv2dNative", `${layer}/separable_conv2d/ReadVariableOp`, undefined, DEPTHWISE);
    const pointwise = `${layer}/separable_conv2d`;
    graph.layer("_FusedConv2D", `${pointwise}_weights`, `${pointwise}_bn_offset`, POINTWISE, 1, "Relu");
    graph.node("ResizeBilinear", [], { half_pixel_centers: { b: true }, align_corners: { b: false } });
  }
}

function plainConvolution(graph: GraphFile, layer: string): void {
  const kernel = `${layer}/Conv2D/ReadVariableOp`;
  graph.layer("_FusedConv2D", kernel, `${layer}/BiasAdd/ReadVariableOp`, POINTWISE);
}

function addHead(graph: GraphFile, head: string, index: number): void {
  const layer = `${head}separable_conv2d_${index + 3}`;
  const variable = `${layer}/separable_conv2d/ReadVariableOp`;
  graph.layer("DepthwiseConv2dNative", variable, undefined, DEPTHWISE);
  graph.layer("_FusedConv2D", `${variable}_1`, `${layer}/BiasAdd/ReadVariableOp`, POINTWISE, 1, "Relu");
  plainConvolution(graph, `${head}conv2d_${index + 4}`);
}

function addMultiPoseDecode(graph: GraphFile): void {
  graph.constantUse("Sub", 1, "Cast", [1, 1, 1, 3], () => 0);
  graph.constantUse("Less", 1, "Abs", [], () => 1e-6);
  graph.constantUse("Mul", 1, "Cast", [], () => 0.3);
  graph.constantUse("Greater", 1, "Reshape", [], () => 0.127);
  graph.constantUse("Maximum", 1, "Reshape", [], () => 0);
  graph.constantUse("Mul", 1, "Unpack", [], () => 0.5);
  graph.constantUse("Maximum", 1, "Minimum", [], () => 0);
  graph.constantUse("Minimum", 1, "RealDiv", [], () => 1);
  graph.constantUse("Mul", 0, "AddV2", [], () => -1);
  graph.constantUse("Range", 0, "Cast", [], () => 0);
  const limit = graph.node("Cast", []);
  graph.node("Range", [limit, limit, graph.constant(`${ROOT}delta`, [], () => 1)]);
  graph.constantUse("Fill", 1, "Pack", [], () => 1);
  const mask = graph.node("Greater", []);
  graph.node("Select", [mask, mask, graph.constant(`${ROOT}zeros`, [1, 6, 17], () => 0)]);
  graph.constantUse("Maximum", 1, "Sum", [], () => 1);
  graph.constantUse("Mul", 1, "Pack", [], () => 4);
  graph.constantUse("RealDiv", 0, "Cast", [], () => 4);
  graph.node("MaxPool", [], {
    ksize: { list: { i: ["1", "5", "5", "1"] } },
    strides: { list: { i: ["1", "1", "1", "1"] } },
    padding: { s: btoa("SAME") },
  });
  graph.node("TopKV2", ["^control", `${mask}:1`, graph.integer(`${ROOT}TopKV2/k`, 6)]);
}

function addSinglePoseDecode(graph: GraphFile): void {
  const side = 3;
  graph.constantUse("Sub", 1, "ExpandDims", [1, 1, 1, 3], () => 0);
  graph.constantUse("Mul", 1, "Sigmoid", [side, side, 1], (index) => 1 / (index + 1));
  graph.constantUse("SquaredDifference", 0, "AddV2", [side, side, 1], (index) => Math.floor(index / side));
  graph.constantUse("SquaredDifference", 0, "AddV2", [side, side, 1], (index) => index % side);
  graph.constantUse("AddV2", 1, "Sqrt", [], () => 1.8);
  graph.constantUse("Mul", 1, "ExpandDims", [1, 1, 1, 2], () => 1 / 48);
}

import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { TfjsCheckpoint } from "../tfjs/tfjs.ts";
import { attribute, type GraphNode } from "../tfjs/tfjsGraph.ts";
import type { MovenetModel } from "./movenetKeys.ts";

/**
 * Checks that a MoveNet graph is the architecture that this project builds. Weights of a sibling with another
 * stride, activation, interpolation or peak window would fit all shapes and detect nonsense.
 *
 * @param keys - Constants by parameter name.
 * @throws ModelError for the first difference.
 */
export async function checkMovenetStructure(
  file: TfjsCheckpoint,
  model: MovenetModel,
  keys: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [parameter, constant] of keys) {
    if (parameter.endsWith(".kernel"))
      checkLayer(file, parameter.slice(0, -".kernel".length), constant, keys);
  }
  for (const node of only(file, "ResizeBilinear", 3)) {
    check(file, node, { half_pixel_centers: "true", align_corners: "false" });
  }
  if (model === "movenet-multipose") {
    for (const node of only(file, "MaxPool", 1)) {
      check(file, node, { ksize: "1,5,5,1", strides: "1,1,1,1", padding: "SAME" });
    }
    for (const node of only(file, "TopKV2", 1)) await checkPersons(file, node);
  }
}

const PERSONS = 6;

async function checkPersons(file: TfjsCheckpoint, node: GraphNode): Promise<void> {
  const [persons] = await file.read(node.inputs[1] ?? "");
  if (persons !== PERSONS) throw mismatch(file, node, `the ${PERSONS} largest`, `the ${persons} largest`);
}

function only(file: TfjsCheckpoint, op: string, count: number): GraphNode[] {
  const nodes = file.nodes.filter((node) => node.op === op);
  if (nodes.length === count) return nodes;
  throw new ModelError({ where: file.where, expected: `${count} nodes ${op}`, got: String(nodes.length) });
}

function check(file: TfjsCheckpoint, node: GraphNode, attributes: Readonly<Record<string, string>>): void {
  for (const [key, expected] of Object.entries(attributes)) {
    const got = attribute(node, key);
    if (got !== expected) throw mismatch(file, node, `${key} ${expected}`, quote(got));
  }
}

function checkLayer(
  file: TfjsCheckpoint,
  module: string,
  kernel: string,
  keys: ReadonlyMap<string, string>,
): void {
  const users = file.nodes.filter((node) => node.inputs.includes(kernel));
  if (users.length !== 1) {
    throw new ModelError({
      where: file.where,
      expected: `one node that uses ${module}`,
      got: `${users.length}`,
    });
  }
  const [node] = users;
  const { op, stride, fusedOps } = expectedLayer(module);
  if (node.op !== op) throw mismatch(file, node, op, node.op);
  const bias = fusedOps === "" ? undefined : keys.get(`${module}.bias`);
  if (node.inputs[1] !== kernel || node.inputs[2] !== bias) {
    throw mismatch(file, node, `the kernel and bias of ${module}`, node.inputs.slice(1).join(", "));
  }
  check(file, node, {
    strides: `1,${stride},${stride},1`,
    dilations: "1,1,1,1",
    data_format: "NHWC",
    fused_ops: fusedOps,
  });
  const [height, width] = file.variables.get(kernel)?.shape ?? [];
  // A 1x1 kernel needs no padding: SAME and VALID mean the same.
  if (height !== 1 || width !== 1) check(file, node, { padding: "SAME" });
}

/** Blocks of MobileNetV2 that halve the map (Sandler et al. 2018, table 2). */
const STRIDED = /^backbone\.(stem|block(1|3|6|13)\.depthwise)$/;

function expectedLayer(module: string): { op: string; stride: number; fusedOps: string } {
  const stride = STRIDED.test(module) ? 2 : 1;
  const depthwise = module.endsWith(".depthwise");
  if (depthwise && !module.startsWith("backbone."))
    return { op: "DepthwiseConv2dNative", stride, fusedOps: "" };
  return {
    op: depthwise ? "FusedDepthwiseConv2dNative" : "_FusedConv2D",
    stride,
    fusedOps: ["BiasAdd", ...activation(module)].join(),
  };
}

function activation(module: string): string[] {
  if (module.endsWith(".pointwise")) return ["Relu"];
  const linear = module.endsWith(".project") || module.endsWith(".out") || module.startsWith("fpn.lateral");
  return linear ? [] : ["Relu6"];
}

function mismatch(file: TfjsCheckpoint, node: GraphNode, expected: string, got: string): ModelError {
  const hint = "This graph is not the architecture that its names suggest.";
  return new ModelError({ where: `${file.where} node ${quote(node.name)}`, expected, got, hint });
}

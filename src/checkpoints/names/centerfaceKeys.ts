/**
 * Names of CenterFace's published ONNX graph. Convolutions have the numbers that PyTorch's exporter counted up, batch
 * norms and heads the names of their modules.
 */
import { kernelShape } from "./torchKeys.ts";

/** Blocks of MobileNetV2 after the first, which has no expansion. */
const BLOCKS = Array.from({ length: 16 }, (_, i) => i + 1);

/** The convolutions with a bias, in the graph's order. */
const CONVOLUTIONS: readonly string[] = [
  "backbone.stem",
  "backbone.block0.depthwise",
  "backbone.block0.project",
  ...BLOCKS.flatMap((n) => ["expand", "depthwise", "project"].map((part) => `backbone.block${n}.${part}`)),
  ...[5, 4, 3, 2].map((level) => `neck.level${level}.lateral`),
  "heads.feature",
];

/** The names of convolution i are these numbers. */
const KERNEL = (i: number) => String(542 + 4 * i);
const BIAS = (i: number) => String(544 + 4 * i);

const HEADS = { pos: "center", reg: "boxSize", off: "boxOffset", lm: "landmarks" } as const;
const NORM = { weight: "gamma", bias: "beta", running_mean: "mean", running_var: "variance" } as const;

const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ...CONVOLUTIONS.flatMap((layer, i): [string, string][] => [
    [KERNEL(i), `${layer}.kernel`],
    [BIAS(i), `${layer}.bias`],
  ]),
  ...[4, 3, 2].flatMap((level): [string, string][] => {
    const key = `neck.deconv_layers.${level - 2}`;
    const layer = `neck.level${level}.deconvolution`;
    const norms = Object.entries(NORM);
    return [
      [`${key}.conv.weight`, `${layer}.kernel`],
      ...norms.map(([theirs, ours]): [string, string] => [`${key}.bn.${theirs}`, `${layer}.norm.${ours}`]),
    ];
  }),
  ...Object.entries(HEADS).flatMap(([theirs, ours]): [string, string][] => [
    [`head.${theirs}_conv.weight`, `heads.${ours}.kernel`],
    [`head.${theirs}_conv.bias`, `heads.${ours}.bias`],
  ]),
]);

/** Undefined for a name that the graph does not have. */
export function centerfaceParameter(key: string): string | undefined {
  return PARAMETERS.get(key);
}

/** Names that no other network has. */
const SIGNS = ["neck.deconv_layers.0.conv.weight", "head.lm_conv.weight"];

export function isCenterface(keys: ReadonlyMap<string, unknown>): boolean {
  return SIGNS.every((key) => keys.has(key));
}

/**
 * The shape of a parameter in this project's layout. PyTorch's depthwise kernels are [channels, 1, height, width]; with
 * their axes moved as other kernels' they have the order of [height, width, channels, 1].
 */
export function centerfaceShape(parameter: string, shape: readonly number[]): readonly number[] {
  const moved = kernelShape(shape);
  if (!parameter.endsWith(".depthwise.kernel") || moved.length !== 4) return moved;
  const [height, width, one, channels] = moved;
  return [height, width, channels, one];
}

/**
 * Keys of Objects as Points on DLA-34 and on ResNets (`pose_dla_dcn.py`, `resnet_dcn.py`, `msra_resnet.py` of
 * github.com/xingyizhou/CenterNet).
 */
import type { KeyPattern } from "./keyPatterns.ts";
import { convolutionAndNorm, POINTS_HEADS } from "./torchHourglass.ts";

/** A module of DCNv2 (`conv`) and its norm (`actf.0`), or these two in an `nn.Sequential`. */
function deformUnit(convolution: string): [string, string][] {
  return [
    [`${convolution}weight`, "kernel"],
    [`${convolution}bias`, "bias"],
    [`${convolution}conv_offset_mask.weight`, "offsets.kernel"],
    [`${convolution}conv_offset_mask.bias`, "offsets.bias"],
  ];
}

const NORM: readonly [string, string][] = [
  ["weight", "norm.gamma"],
  ["bias", "norm.beta"],
  ["running_mean", "norm.mean"],
  ["running_var", "norm.variance"],
];

const SEQUENTIAL = new Map(convolutionAndNorm("0", "1"));
const KERNEL = new Map([["weight", "kernel"]]);

/** A tree's own variables, and those of a block in its place. */
const TREE_OR_BLOCK = new Map([
  ...convolutionAndNorm("conv1", "bn1", "conv1."),
  ...convolutionAndNorm("conv2", "bn2", "conv2."),
  ...convolutionAndNorm("root.conv", "root.bn", "root."),
  ...convolutionAndNorm("project.0", "project.1", "project."),
]);

const UP_NODE = new Map([
  ...deformUnit("conv."),
  ...NORM.map(([theirs, ours]): [string, string] => [`actf.0.${theirs}`, ours]),
]);

/** A head (`fc` in the originals): a hidden convolution, ReLU, and one that computes the map. */
const HEAD = new Map([
  ["0.weight", "conv.kernel"],
  ["0.bias", "conv.bias"],
  ["2.weight", "out.kernel"],
  ["2.bias", "out.bias"],
]);

const HEADS = Object.entries(POINTS_HEADS).map(([theirs, ours]): KeyPattern => {
  return { pattern: new RegExp(`^${theirs}(?=\\.)`), scope: () => `heads.${ours}`, block: HEAD };
});

/** `base.level3.tree2.root.conv.weight` is `backbone.level3.tree2.root.kernel`. */
export const DLA_PATTERNS: readonly KeyPattern[] = [
  { pattern: /^base\.base_layer/, scope: () => "backbone.base", block: SEQUENTIAL },
  { pattern: /^base\.level([01])/, scope: (level) => `backbone.level${level}`, block: SEQUENTIAL },
  {
    pattern: /^base\.level([2-5])((?:\.tree[12]){0,2})/,
    scope: (level, trees) => `backbone.level${level}${trees}`,
    block: TREE_OR_BLOCK,
  },
  {
    pattern: /^dla_up\.ida_([0-2])\.(proj|node)_([1-3])/,
    scope: (pass, node, step) => `neck.ida${pass}.${node}${step}`,
    block: UP_NODE,
  },
  {
    pattern: /^dla_up\.ida_([0-2])\.up_([1-3])/,
    scope: (pass, step) => `neck.ida${pass}.up${step}`,
    block: KERNEL,
  },
  {
    pattern: /^ida_up\.(proj|node)_([12])/,
    scope: (node, step) => `neck.last.${node}${step}`,
    block: UP_NODE,
  },
  { pattern: /^ida_up\.up_([12])/, scope: (step) => `neck.last.up${step}`, block: KERNEL },
  ...HEADS,
];

/** ImageNet's classifier, which the released files of DLA-34 still hold. */
export const DLA_UNUSED: ReadonlySet<string> = new Set(["base.fc.weight", "base.fc.bias"]);

const BLOCK = new Map([
  ...[1, 2, 3].flatMap((n) => convolutionAndNorm(`conv${n}`, `bn${n}`, `conv${n}.`)),
  ...convolutionAndNorm("downsample.0", "downsample.1", "shortcut."),
]);

/** `layer2.0.downsample.0.weight` is `backbone.stage3.block1.shortcut.kernel`. */
export function resnetPatterns(names: readonly string[]): readonly KeyPattern[] {
  const isDeformable = names.some((name) => name.startsWith("deconv_layers.0.conv_offset_mask."));
  return [
    { pattern: /^conv1/, scope: () => "backbone.stem", block: KERNEL },
    { pattern: /^bn1/, scope: () => "backbone.stem", block: new Map(NORM) },
    {
      pattern: /^layer([1-4])\.(\d{1,3})/,
      scope: (layer, n) => `backbone.stage${Number(layer) + 1}.block${Number(n) + 1}`,
      block: BLOCK,
    },
    ...[0, 1, 2].flatMap((index) => upPatterns(index, isDeformable)),
    ...HEADS,
  ];
}

/** The numbers of the modules in `deconv_layers`: activations count, and have no variables. */
function upPatterns(index: number, isDeformable: boolean): KeyPattern[] {
  const level = `neck.level${4 - index}`;
  const module = (number: number, scope: string, block: Iterable<[string, string]>): KeyPattern => {
    return {
      pattern: new RegExp(`^deconv_layers\\.${number}(?=\\.)`),
      scope: () => scope,
      block: new Map(block),
    };
  };
  const first = index * (isDeformable ? 6 : 3);
  const up = first + (isDeformable ? 3 : 0);
  return [
    ...(isDeformable
      ? [module(first, `${level}.conv`, deformUnit("")), module(first + 1, `${level}.conv`, NORM)]
      : []),
    module(up, `${level}.deconvolution`, KERNEL),
    module(up + 1, `${level}.deconvolution`, NORM),
  ];
}

/** Whether it is the kernel of a depthwise transposed convolution, one number per channel and cell. */
export function isDepthwise(parameter: string): boolean {
  return /^neck\.(ida\d|last)\.up\d\.kernel$/.test(parameter);
}

/**
 * Keys of the hourglass detectors that follow CornerNet's code: CenterNet of keypoint triplets and Objects as
 * Points.
 */
import type { KeyPattern } from "./keyPatterns.ts";

/**
 * A block of CornerNet's code (`models/py_utils/utils.py` of CornerNet and CenterNet, `large_hourglass.py` of
 * Objects as Points): its variables → the parameters here.
 */
type Block = ReadonlyMap<string, string>;

/** A convolution without bias and its norm, which are modules of these names. */
export function convolutionAndNorm(convolution: string, norm: string, scope = ""): [string, string][] {
  return [
    [`${convolution}.weight`, `${scope}kernel`],
    [`${norm}.weight`, `${scope}norm.gamma`],
    [`${norm}.bias`, `${scope}norm.beta`],
    [`${norm}.running_mean`, `${scope}norm.mean`],
    [`${norm}.running_var`, `${scope}norm.variance`],
  ];
}

/** `convolution`. */
const CONVOLUTION: Block = new Map(convolutionAndNorm("conv", "bn"));

/** An `nn.Sequential` of a convolution and its norm. */
const SEQUENTIAL: Block = new Map(convolutionAndNorm("0", "1"));

/** `residual`: two convolutions, and in some a projected shortcut. */
const RESIDUAL: Block = new Map([
  ...convolutionAndNorm("conv1", "bn1", "conv1."),
  ...convolutionAndNorm("conv2", "bn2", "conv2."),
  ...convolutionAndNorm("skip.0", "skip.1", "shortcut."),
]);

/** `make_kp_layer`: a hidden convolution with bias, and one that computes the map. */
const HEAD: Block = new Map([
  ["0.conv.weight", "conv.kernel"],
  ["0.conv.bias", "conv.bias"],
  ["1.weight", "out.kernel"],
  ["1.bias", "out.bias"],
]);

const BRANCHES: ReadonlyMap<string, string> = new Map([
  ["up1", "skip"],
  ["low1", "down"],
  ["low3", "up"],
]);

/** Each level is the `low2` of the level around it; the innermost blocks have a number there instead. */
const level = (inner: string) => inner.split("low2").length - 1;

/**
 * The hourglass in state dicts of CornerNet's code, which both CenterNets use (`kp` in
 * `models/py_utils/kp.py`, `exkp` in `large_hourglass.py`): `kps.0.low2.low2.low3.1.skip.0` is
 * `backbone.stack0.level2.up.1.shortcut`.
 */
const TORCH_HOURGLASS: readonly KeyPattern[] = [
  { pattern: /^pre\.0/, scope: () => "backbone.stem.conv", block: CONVOLUTION },
  { pattern: /^pre\.1/, scope: () => "backbone.stem.residual", block: RESIDUAL },
  {
    pattern: /^kps\.(\d+)((?:\.low2)*)\.(up1|low1|low3)\.(\d+)/,
    scope: (stack, inner, branch, n) =>
      `backbone.stack${stack}.level${level(inner)}.${BRANCHES.get(branch)}.${n}`,
    block: RESIDUAL,
  },
  {
    pattern: /^kps\.(\d+)(?:\.low2)+\.(\d+)/,
    scope: (stack, n) => `backbone.stack${stack}.inner.${n}`,
    block: RESIDUAL,
  },
  { pattern: /^cnvs\.(\d+)/, scope: (stack) => `backbone.stack${stack}.features`, block: CONVOLUTION },
  { pattern: /^inters_\.(\d+)/, scope: (stack) => `backbone.merge${stack}.input`, block: SEQUENTIAL },
  { pattern: /^cnvs_\.(\d+)/, scope: (stack) => `backbone.merge${stack}.features`, block: SEQUENTIAL },
  { pattern: /^inters\.(\d+)/, scope: (stack) => `backbone.merge${stack}.residual`, block: RESIDUAL },
];

/** `convolution` modules of a block, each with its own scope. */
function convolutions(modules: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(modules).flatMap(([theirs, ours]) =>
    [...CONVOLUTION].map(([variable, parameter]): [string, string] => [
      `${theirs}.${variable}`,
      `${ours}.${parameter}`,
    ]),
  );
}

/** The end of every pooling module. */
const MERGE = [
  ...convolutionAndNorm("p_conv1", "p_bn1", "merge."),
  ...convolutionAndNorm("conv1", "bn1", "shortcut."),
  ...convolutions({ conv2: "out" }),
];

/** `tl_pool` and `br_pool`: the first branch pools along the row, then down or up the column. */
const CASCADE_CORNER_POOL: Block = new Map([
  ...convolutions({
    look_conv1: "vertical.look",
    p1_conv1: "vertical.body",
    look_conv2: "horizontal.look",
    p2_conv1: "horizontal.body",
  }),
  ["P1_look_conv.weight", "vertical.conv.kernel"],
  ["P2_look_conv.weight", "horizontal.conv.kernel"],
  ...MERGE,
]);

/** `center_pool`: as above, without the look convolutions. */
const CENTER_POOL: Block = new Map([
  ...convolutions({ p1_conv1: "vertical", p2_conv1: "horizontal" }),
  ...MERGE,
]);

const KEYPOINTS = { tl: "topLeft", br: "bottomRight", ct: "center" } as const;
const MAPS = { heats: "heatmap", tags: "embedding", regrs: "offset" } as const;

/** CenterNet of keypoint triplets. The heads of stack `last` are the ones that detect. */
export function tripletPatterns(last: number): KeyPattern[] {
  const heads = (stack: string) => (Number(stack) === last ? "heads" : `stack${stack}.heads`);
  const keypoints = Object.entries(KEYPOINTS).flatMap(([theirs, ours]): KeyPattern[] => [
    {
      pattern: new RegExp(`^${theirs}_cnvs\\.(\\d+)`),
      scope: (stack) => `${heads(stack)}.${ours}.pool`,
      block: ours === "center" ? CENTER_POOL : CASCADE_CORNER_POOL,
    },
    ...Object.entries(MAPS).map(([map, name]) => ({
      pattern: new RegExp(`^${theirs}_${map}\\.(\\d+)`),
      scope: (stack: string) => `${heads(stack)}.${ours}.${name}`,
      block: HEAD,
    })),
  ]);
  return [...TORCH_HOURGLASS, ...keypoints];
}

/** Names of heads in Objects as Points (`lib/opts.py`), and in this project. */
export const POINTS_HEADS = {
  hm: "center",
  wh: "boxSize",
  reg: "boxOffset",
  hm_hp: "keypointHeatmap",
  hps: "keypointRegression",
  hp_offset: "keypointOffset",
} as const;

/** Parameters whose channels are pairs: (x, y) in the file, (y, x) here. Sizes there are (width, height). */
const PAIRS = /(^|\.)heads\.(boxSize|boxOffset|keypointRegression|keypointOffset)\.out\.(kernel|bias)$/;

/**
 * Objects as Points on the hourglass (`ctdet_coco_hg.pth`, `multi_pose_hg_3x.pth` of Zhou et al.). The heads
 * of stack `last` are the ones that detect.
 */
export function objectsAsPointsPatterns(last: number): KeyPattern[] {
  const heads = (stack: string) => (Number(stack) === last ? "heads" : `stack${stack}.heads`);
  return [
    ...TORCH_HOURGLASS,
    ...Object.entries(POINTS_HEADS).map(([theirs, ours]) => ({
      pattern: new RegExp(`^${theirs}\\.(\\d+)`),
      scope: (stack: string) => `${heads(stack)}.${ours}`,
      block: HEAD,
    })),
  ];
}

/** Whether the last axis of this parameter holds pairs that must be swapped. */
export function hasPairs(parameter: string): boolean {
  return PAIRS.test(parameter);
}

/** Taps of golden cases of Objects as Points: the modules of the original and this project's values. */
import type { Graph } from "../../graph/graph.ts";
import type { Tensor } from "../../tensor.ts";

type Rule = readonly [pattern: RegExp, value: string];

const HEADS: Readonly<Record<string, string>> = {
  hm: "center",
  wh: "boxSize",
  reg: "boxOffset",
  hm_hp: "keypointHeatmap",
  hps: "keypointRegression",
  hp_offset: "keypointOffset",
};

/** A tree of two levels returns what the root of its second tree does. */
const DLA: readonly Rule[] = [
  [/^base\.base_layer$/, "backbone.base.relu"],
  [/^base\.(level[01])$/, "backbone.$1.relu"],
  [/^base\.(level[25])$/, "backbone.$1.root.relu"],
  [/^base\.(level[34])$/, "backbone.$1.tree2.root.relu"],
  [/^base\.(level[34])\.(tree[12])$/, "backbone.$1.$2.root.relu"],
  [/^base\.(level\d)\.((?:tree[12]\.?)+)$/, "backbone.$1.$2.relu"],
];

const UP: readonly Rule[] = [
  [/^dla_up\.ida_(\d)\.up_(\d)$/, "neck.ida$1.up$2.depthwiseTransposedConv2d"],
  [/^dla_up\.ida_(\d)\.(proj|node)_(\d)$/, "neck.ida$1.$2$3.relu"],
  [/^dla_up\.ida_(\d)\.(proj|node)_(\d)\.conv$/, "neck.ida$1.$2$3.bias"],
  [/^dla_up\.ida_(\d)\.(proj|node)_(\d)\.conv\.conv_offset_mask$/, "neck.ida$1.$2$3.offsets.bias"],
  [/^ida_up\.up_(\d)$/, "neck.last.up$1.depthwiseTransposedConv2d"],
  [/^ida_up\.(proj|node)_(\d)$/, "neck.last.$1$2.relu"],
  [/^ida_up\.(proj|node)_(\d)\.conv$/, "neck.last.$1$2.bias"],
  [/^ida_up\.(proj|node)_(\d)\.conv\.conv_offset_mask$/, "neck.last.$1$2.offsets.bias"],
];

const RESNET: readonly Rule[] = [
  [/^relu$/, "backbone.stem.relu"],
  [/^maxpool$/, "backbone.stem.maxPool"],
];

/** The modules of `deconv_layers` of one level, by their number in it. */
const DEFORMABLE_LEVEL = [
  "conv.bias",
  "conv.norm.batchNorm",
  "conv.relu",
  "deconvolution.transposedConv2d",
  "deconvolution.norm.batchNorm",
  "deconvolution.relu",
];
const PLAIN_LEVEL = DEFORMABLE_LEVEL.slice(3);

/** What a network has that decides the names: how many blocks in each stage, and whether it is deformable. */
export interface PointsLayers {
  readonly blocks?: readonly number[];
  readonly deformable?: boolean;
}

export function pointsLayers({ nodes, parameters }: Graph): PointsLayers {
  const stages = [2, 3, 4, 5].map((stage) => {
    const blocks = nodes.filter(({ name }) =>
      new RegExp(`^backbone\\.stage${stage}\\.block\\d+\\.relu$`).test(name),
    );
    return blocks.length;
  });
  return { blocks: stages, deformable: "neck.level4.conv.kernel" in parameters };
}

/** The value of the graph for a module, or for a head without `.mirrored`. */
export function pointsValue(
  tap: string,
  { blocks = [], deformable = true }: PointsLayers,
): string | undefined {
  if (HEADS[tap]) return `heads.${HEADS[tap]}.out.bias`;
  const layer = /^layer(\d)$/.exec(tap)?.[1];
  if (layer) return `backbone.stage${Number(layer) + 1}.block${blocks[Number(layer) - 1]}.relu`;
  const [, number, inner] = /^deconv_layers\.(\d+)(\.conv_offset_mask)?$/.exec(tap) ?? [];
  if (number) return upValue(Number(number), inner !== undefined, deformable);
  const rule = [...DLA, ...UP, ...RESNET].find(([pattern]) => pattern.test(tap));
  return rule && tap.replace(...rule);
}

function upValue(number: number, isOffsets: boolean, deformable: boolean): string {
  const modules = deformable ? DEFORMABLE_LEVEL : PLAIN_LEVEL;
  const level = `neck.level${4 - Math.floor(number / modules.length)}`;
  return `${level}.${isOffsets ? "conv.offsets.bias" : modules[number % modules.length]}`;
}

/** Heads of pairs: (x, y) in the case, (y, x) here. */
export function hasSwappedPairs(tap: string): boolean {
  return ["wh", "reg", "hps", "hp_offset"].includes(tap);
}

/** A map with the numbers of each pair exchanged. */
export function swappedMap({ shape, data }: Tensor): Tensor {
  return { shape, data: data.map((_, i) => data[i % 2 === 0 ? i + 1 : i - 1]) };
}

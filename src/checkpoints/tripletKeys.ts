import type { Place } from "./names/places.ts";
import { TORCH_HOURGLASS } from "./names/torchHourglass.ts";
import { type Block, CONVOLUTION, convolutionAndNorm, HEAD } from "./torchBlocks.ts";

/** `convolution` modules below a block, each under a scope of its own. */
function convolutions(modules: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(modules).flatMap(([theirs, ours]) =>
    [...CONVOLUTION].map(([variable, parameter]): [string, string] => [
      `${theirs}.${variable}`,
      `${ours}.${parameter}`,
    ]),
  );
}

/** What every pooling module ends with. */
const MERGE = [
  ...convolutionAndNorm("p_conv1", "p_bn1", "merge."),
  ...convolutionAndNorm("conv1", "bn1", "shortcut."),
  ...convolutions({ conv2: "out" }),
];

/** `tl_pool` and `br_pool`: the first branch pools along the row, then down or up the column. */
export const CASCADE_CORNER_POOL: Block = new Map([
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

/** `center_pool`: no looking first. */
export const CENTER_POOL: Block = new Map([
  ...convolutions({ p1_conv1: "vertical", p2_conv1: "horizontal" }),
  ...MERGE,
]);

const KEYPOINTS = { tl: "topLeft", br: "bottomRight", ct: "center" } as const;
const MAPS = { heats: "heatmap", tags: "embedding", regrs: "offset" } as const;

/** CenterNet of keypoint triplets; stack `last` is the one whose heads decide. */
export function tripletPlaces(last: number): Place[] {
  const heads = (stack: string) => (Number(stack) === last ? "heads" : `stack${stack}.heads`);
  const keypoints = Object.entries(KEYPOINTS).flatMap(([theirs, ours]): Place[] => [
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

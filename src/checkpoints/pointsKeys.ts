import type { Place } from "./names/places.ts";
import { TORCH_HOURGLASS } from "./names/torchHourglass.ts";
import { HEAD } from "./torchBlocks.ts";

/** Objects as Points' names of its heads (`lib/opts.py`), and this project's. */
const HEADS = {
  hm: "center",
  wh: "boxSize",
  reg: "boxOffset",
  hm_hp: "keypointHeatmap",
  hps: "keypointRegression",
  hp_offset: "keypointOffset",
} as const;

/** Whose channels are pairs (x, y), which are (y, x) here: sizes (width, height), offsets and vectors. */
const PAIRED = /(^|\.)heads\.(boxSize|boxOffset|keypointRegression|keypointOffset)\.out\.(kernel|bias)$/;

/**
 * Objects as Points on the hourglass (`ctdet_coco_hg.pth`, `multi_pose_hg_3x.pth` of Zhou et al.); stack `last`
 * is the one whose heads decide.
 */
export function pointsPlaces(last: number): Place[] {
  const heads = (stack: string) => (Number(stack) === last ? "heads" : `stack${stack}.heads`);
  return [
    ...TORCH_HOURGLASS,
    ...Object.entries(HEADS).map(([theirs, ours]) => ({
      pattern: new RegExp(`^${theirs}\\.(\\d+)`),
      scope: (stack: string) => `${heads(stack)}.${ours}`,
      block: HEAD,
    })),
  ];
}

/** Whether the last axis of this parameter holds pairs whose members change places. */
export function hasPairs(parameter: string): boolean {
  return PAIRED.test(parameter);
}

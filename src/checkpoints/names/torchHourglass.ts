import { CONVOLUTION, RESIDUAL, SEQUENTIAL } from "../torchBlocks.ts";
import type { Place } from "./places.ts";

const BRANCHES: ReadonlyMap<string, string> = new Map([
  ["up1", "skip"],
  ["low1", "down"],
  ["low3", "up"],
]);

/** Each level is the `low2` of the one around it; the innermost blocks have numbers in its place. */
const level = (inner: string) => inner.split("low2").length - 1;

/**
 * The hourglass in state dicts of CornerNet's code, which both CenterNets use (`kp` in `models/py_utils/kp.py`,
 * `exkp` in `large_hourglass.py`): `kps.0.low2.low2.low3.1.skip.0` is
 * `backbone.stack0.level2.up.1.shortcut`.
 */
export const TORCH_HOURGLASS: readonly Place[] = [
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

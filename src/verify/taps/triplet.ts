import type { HourglassOptions } from "../../backbones/hourglass.ts";

/**
 * Taps of the keypoint triplet models: maps modules of the reference (Duan et al.,
 * github.com/Duankaiwen/CenterNet), which name the taps, to values of the graph. Heads are compared before
 * the sigmoid, because the reference applies it in its decode.
 */
export function tripletTapSource(
  hourglass: HourglassOptions,
): (tap: string) => { readonly value: string } | undefined {
  const places: readonly Place[] = [...hourglassPlaces(hourglass), ...headPlaces(hourglass.stacks - 1)];
  return (tap) => {
    for (const [pattern, value] of places) {
      const match = pattern.exec(tap);
      if (match) return { value: value(...match.slice(1)) };
    }
    return undefined;
  };
}

type Place = readonly [pattern: RegExp, value: (...groups: string[]) => string];

/** A branch's output is its last block's. The number of blocks depends on the level. */
function hourglassPlaces({ blocks, channels }: HourglassOptions): Place[] {
  const depth = (inner: string) => inner.split(".low2").length - 1;
  const last = (level: number) => blocks[level] - 1;
  const levels = channels.length - 1;
  const inStack = (stack: string, inner: string) => `backbone.stack${stack}.level${depth(inner)}`;
  return [
    [/^module\.pre\.0$/, () => "backbone.stem.conv.relu"],
    [/^module\.pre$/, () => "backbone.stem.residual.relu"],
    [
      /^module\.kps\.(\d+)((?:\.low2)*)\.up1$/,
      (stack, inner) => `${inStack(stack, inner)}.skip.${last(depth(inner))}.relu`,
    ],
    [
      /^module\.kps\.(\d+)((?:\.low2)*)\.low1$/,
      (stack, inner) => `${inStack(stack, inner)}.down.${last(depth(inner))}.relu`,
    ],
    [
      /^module\.kps\.(\d+)((?:\.low2)*)\.low3$/,
      (stack, inner) => `${inStack(stack, inner)}.up.${last(depth(inner))}.relu`,
    ],
    [
      /^module\.kps\.(\d+)((?:\.low2)*)$/,
      (stack, inner) =>
        depth(inner) === levels
          ? `backbone.stack${stack}.inner.${last(levels)}.relu`
          : `${inStack(stack, inner)}.add`,
    ],
    [/^module\.cnvs\.(\d+)$/, (stack) => `backbone.stack${stack}.features.relu`],
    [/^module\.inters_\.(\d+)$/, (stack) => `backbone.merge${stack}.input.norm.batchNorm`],
    [/^module\.cnvs_\.(\d+)$/, (stack) => `backbone.merge${stack}.features.norm.batchNorm`],
    [/^module\.inters\.(\d+)$/, (stack) => `backbone.merge${stack}.residual.relu`],
  ];
}

const KEYPOINTS: Readonly<Record<string, string>> = { tl: "topLeft", br: "bottomRight", ct: "center" };
const MAPS: Readonly<Record<string, string>> = { heats: "heatmap", tags: "embedding", regrs: "offset" };

function headPlaces(lastStack: number): Place[] {
  const heads = (stack: string) => (Number(stack) === lastStack ? "heads" : `stack${stack}.heads`);
  return [
    [
      /^module\.(tl|br|ct)_cnvs\.(\d+)$/,
      (keypoint, stack) => `${heads(stack)}.${KEYPOINTS[keypoint]}.pool.out.relu`,
    ],
    [
      /^module\.(tl|br|ct)_(heats|tags|regrs)\.(\d+)$/,
      (keypoint, map, stack) => `${heads(stack)}.${KEYPOINTS[keypoint]}.${MAPS[map]}.out.bias`,
    ],
  ];
}

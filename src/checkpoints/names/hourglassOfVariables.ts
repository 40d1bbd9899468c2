import type { TorchFamily } from "./torchKeys.ts";

/** The network of an hourglass detector, as the variables' names and shapes show it. */
export interface HourglassFacts {
  readonly family: TorchFamily;
  readonly hourglass: {
    readonly stacks: number;
    readonly stemChannels: number;
    readonly channels: readonly number[];
    readonly blocks: readonly number[];
    readonly featureChannels: number;
  };
  readonly classes: number;
  /** Absent where the network has no heads for them. */
  readonly keypoints?: number;
}

/** Twice what any published hourglass has: a file made up of names must not make a network of thousands. */
const MOST = { stacks: 16, levels: 12, blocks: 16 };

/**
 * Reads the architecture off the variables, which have this project's names and layout. Undefined where one
 * that tells of it is missing or has another rank, or where there are too many of them for any network.
 */
export function hourglassOfVariables(
  family: TorchFamily,
  variables: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): HourglassFacts | undefined {
  const outputs = (layer: string) => variables.get(`${layer}.kernel`)?.shape[3] ?? 0;
  /** How many there are, numbered from 0. */
  const count = (layer: (n: number) => string) => {
    let n = 0;
    while (variables.has(`${layer(n)}.kernel`)) n++;
    return n;
  };
  const levels = count((l) => `backbone.stack0.level${l}.skip.0.conv1`);
  const each = Array.from({ length: levels }, (_, l) => `backbone.stack0.level${l}`);
  const hourglass = {
    stacks: count((s) => `backbone.stack${s}.features`),
    stemChannels: outputs("backbone.stem.conv"),
    channels: [outputs("backbone.stem.residual.conv1"), ...each.map((l) => outputs(`${l}.down.0.conv1`))],
    blocks: [
      ...each.map((l) => count((n) => `${l}.skip.${n}.conv1`)),
      count((n) => `backbone.stack0.inner.${n}.conv1`),
    ],
    featureChannels: outputs("backbone.stack0.features"),
  };
  const classes = outputs(family === "triplets" ? "heads.topLeft.heatmap.out" : "heads.center.out");
  const keypoints = outputs("heads.keypointHeatmap.out");
  const { stacks, stemChannels, channels, blocks, featureChannels } = hourglass;
  const told = [levels, stacks, stemChannels, ...channels, ...blocks, featureChannels, classes];
  if (told.includes(0)) return undefined;
  if (stacks > MOST.stacks || levels > MOST.levels || Math.max(...blocks) > MOST.blocks) return undefined;
  return { family, hourglass, classes, ...(keypoints > 0 && { keypoints }) };
}

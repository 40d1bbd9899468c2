import { type Place, parameterAt } from "./names/places.ts";
import { VARIABLES } from "./names/zooLayers.ts";

/**
 * The parameter that a path below `_feature_extractor/_network` is (hourglass_network.py's attributes):
 * `hourglass_network/0/inner_block/0/decoder_block/1/skip/conv/kernel` →
 * `backbone.stack0.level1.up.1.shortcut.kernel`. Undefined where the path is none of a layer's.
 */
export function hourglassParameter(path: string): string | undefined {
  const parameter = parameterAt(path, PLACES, "/");
  return parameter && `backbone.${parameter}`;
}

/** A convolution and its norm, under the names that the original has for them and the scope here. */
function layer(conv: string, norm: string, scope: string): [string, string][] {
  const norms = [...VARIABLES.norm].map(([theirs, ours]): [string, string] => [
    `${norm}/${theirs}`,
    `${scope}norm.${ours}`,
  ]);
  return [[`${conv}/kernel`, `${scope}kernel`], ...norms];
}

/** ConvBlock: a convolution and its norm. */
const CONVOLUTION = new Map(layer("conv", "norm", ""));
/** ResidualBlock: a ConvBlock, a convolution and its norm, and perhaps a projected shortcut. */
const RESIDUAL = new Map([
  ...layer("conv_block/conv", "conv_block/norm", "conv1."),
  ...layer("conv", "norm", "conv2."),
  ...layer("skip/conv", "skip/norm", "shortcut."),
]);

const BRANCHES: ReadonlyMap<string, string> = new Map([
  ["encoder_block1", "skip"],
  ["encoder_block2", "down"],
  ["decoder_block", "up"],
]);

/** Each level is the one `inner_block/0` of that around it; the innermost blocks have blocks in their place. */
const level = (inner: string) => inner.split("inner_block").length - 1;

const PLACES: readonly Place[] = [
  { pattern: /^downsample_input\/conv_block/, scope: () => "stem.conv", block: CONVOLUTION },
  { pattern: /^downsample_input\/residual_block/, scope: () => "stem.residual", block: RESIDUAL },
  {
    pattern:
      /^hourglass_network\/(\d+)((?:\/inner_block\/0)*)\/(encoder_block1|encoder_block2|decoder_block)\/(\d+)/,
    scope: (stack, inner, branch, n) => `stack${stack}.level${level(inner)}.${BRANCHES.get(branch)}.${n}`,
    block: RESIDUAL,
  },
  {
    pattern: /^hourglass_network\/(\d+)(?:\/inner_block\/0)*\/inner_block\/(\d+)(?=\/(?:conv|norm|skip))/,
    scope: (stack, n) => `stack${stack}.inner.${n}`,
    block: RESIDUAL,
  },
  { pattern: /^output_conv\/(\d+)/, scope: (stack) => `stack${stack}.features`, block: CONVOLUTION },
  { pattern: /^intermediate_conv1\/(\d+)/, scope: (stack) => `merge${stack}.input`, block: CONVOLUTION },
  { pattern: /^intermediate_conv2\/(\d+)/, scope: (stack) => `merge${stack}.features`, block: CONVOLUTION },
  { pattern: /^intermediate_residual\/(\d+)/, scope: (stack) => `merge${stack}.residual`, block: RESIDUAL },
];

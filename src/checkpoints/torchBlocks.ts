/**
 * The blocks of CornerNet's code (`models/py_utils/utils.py` of CornerNet and CenterNet, `large_hourglass.py`
 * of Objects as Points): their variables below the block → the parameters here.
 */
export type Block = ReadonlyMap<string, string>;

/** A convolution without bias and its norm, under the names of the modules. */
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
export const CONVOLUTION: Block = new Map(convolutionAndNorm("conv", "bn"));

/** An `nn.Sequential` of a convolution and its norm. */
export const SEQUENTIAL: Block = new Map(convolutionAndNorm("0", "1"));

/** `residual`: two convolutions, and perhaps a projected shortcut. */
export const RESIDUAL: Block = new Map([
  ...convolutionAndNorm("conv1", "bn1", "conv1."),
  ...convolutionAndNorm("conv2", "bn2", "conv2."),
  ...convolutionAndNorm("skip.0", "skip.1", "shortcut."),
]);

/** `make_kp_layer`: a hidden convolution with bias, and the one that gives the map. */
export const HEAD: Block = new Map([
  ["0.conv.weight", "conv.kernel"],
  ["0.conv.bias", "conv.bias"],
  ["1.weight", "out.kernel"],
  ["1.bias", "out.bias"],
]);

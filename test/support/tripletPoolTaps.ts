/**
 * Golden cases of one pooling module: its inner steps by the reference's names (`.1` and `.2` where a pool runs
 * twice), and the values below the module's scope where this project has the same numbers. `p_bn1` and `bn1`
 * are what is added, `p_conv1` and `conv1` the convolutions before their norms.
 */
const MERGE: readonly (readonly [string, string])[] = [
  ["p_conv1", "merge.conv2d"],
  ["p_bn1", "merge.norm.batchNorm"],
  ["conv1", "shortcut.conv2d"],
  ["bn1", "shortcut.norm.batchNorm"],
  ["relu1", "merge.relu"],
  ["conv2", "out.relu"],
  ["output", "out.relu"],
];

/** `pool1` is the module's vertical pool, `pool2` its horizontal one. */
export const CASCADE_CORNER_POOL_TAPS: ReadonlyMap<string, string> = new Map([
  ["look_conv1", "vertical.look.relu"],
  ["p1_conv1", "vertical.body.relu"],
  ["pool2.1", "vertical.look.cornerPool"],
  ["P1_look_conv", "vertical.conv.conv2d"],
  ["pool1.1", "vertical.cornerPool"],
  ["look_conv2", "horizontal.look.relu"],
  ["p2_conv1", "horizontal.body.relu"],
  ["pool1.2", "horizontal.look.cornerPool"],
  ["P2_look_conv", "horizontal.conv.conv2d"],
  ["pool2.2", "horizontal.cornerPool"],
  ...MERGE,
]);

export const CENTER_POOL_TAPS: ReadonlyMap<string, string> = new Map([
  ["p1_conv1", "vertical.relu"],
  ["pool1", "vertical.top.cornerPool"],
  ["pool3", "vertical.bottom.cornerPool"],
  ["p2_conv1", "horizontal.relu"],
  ["pool2", "horizontal.left.cornerPool"],
  ["pool4", "horizontal.right.cornerPool"],
  ...MERGE,
]);

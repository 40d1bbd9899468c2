/**
 * DLA-34 (Yu et al., "Deep Layer Aggregation", arXiv:1707.06484), and the upward part that CenterNet puts on it (Zhou et
 * al., arXiv:1904.07850, section 5 and figure 6c). Follows `pose_dla_dcn.py` of github.com/xingyizhou/CenterNet.
 *
 * Differs from the papers' figures: the outer `project` of a tree of two levels is stored but changes nothing, for its
 * inner tree makes a shortcut of its own; it is a node here that nothing reads. Roots have no residual.
 */
import { convolution } from "../blocks/convolution.ts";
import { deformUnit } from "../blocks/deformUnit.ts";
import type { Scope, Value } from "../graph/graph.ts";
import { concatenate } from "../kernels/concatenate/op.ts";
import { depthwiseTransposedConv2d } from "../kernels/depthwiseTransposedConv2d/op.ts";
import { add, relu } from "../kernels/elementwise/op.ts";
import { maxPool } from "../kernels/maxPool/op.ts";
import { padAll } from "../kernels/window.ts";

export interface DlaOptions {
  /** Of the base layer and level 0, and of the levels 1 to 5. */
  readonly channels: readonly [number, number, number, number, number, number];
}

/** Table 1 of the paper, "DLA-34". Levels 2 to 5 are trees of these numbers of levels. */
export const DLA_34: DlaOptions = { channels: [16, 32, 64, 128, 256, 512] };
const TREE_LEVELS = { 2: 1, 3: 2, 4: 2, 5: 1 } as const;

const NORM = { batchNorm: { epsilon: 1e-5 } };
const ACTIVATED = { ...NORM, activation: "relu" } as const;

/**
 * Returns the levels 2 to 5: H/4 x W/4 to H/32 x W/32, with channels[2] to channels[5].
 *
 * Scopes of the parameters: `base`, `level0` and `level1` (`kernel`, `norm`), and the trees `level2` to `level5`, each
 * with `tree1`, `tree2`, `root` and, if its channels change, `project`. Below a tree of one level, `tree1` and `tree2` are
 * blocks with `conv1` and `conv2`.
 */
export function dla34(image: Value, p: Scope, { channels }: DlaOptions): readonly Value[] {
  const [first, halved] = channels;
  const wide = { channels: first, kernel: 7, padding: padAll(3), ...ACTIVATED };
  const narrow = { kernel: 3, padding: padAll(1), ...ACTIVATED };
  let x = convolution(image, p.at("base"), wide); // H x W x 16
  x = convolution(x, p.at("level0"), { channels: first, ...narrow }); // H x W x 16
  x = convolution(x, p.at("level1"), { channels: halved, stride: 2, ...narrow }); // H/2 x W/2 x 32
  return ([2, 3, 4, 5] as const).map((level) => {
    const scope = p.at(`level${level}`);
    const isDeep = TREE_LEVELS[level] === 2;
    const bottom = pooled(x, scope);
    // Only the last tree hands its pooled input on to its root (`level_root`, which level 2 does not set).
    const children = level === 5 ? [bottom] : [];
    x = isDeep
      ? deepTree(x, bottom, scope, channels[level])
      : tree(x, bottom, scope, { channels: channels[level], stride: 2, children });
    return x; // H/2^level x W/2^level x channels[level]
  });
}

interface TreeOptions {
  readonly channels: number;
  readonly stride: number;
  /** What the root reads besides the two blocks. */
  readonly children: readonly Value[];
}

/** A tree of two levels: a tree, then another on what it returns, whose root reads both trees' inputs as well. */
function deepTree(x: Value, bottom: Value, p: Scope, channels: number): Value {
  if (bottom.channels !== channels) project(bottom, p, channels); // Nothing reads it.
  const inner = p.at("tree1");
  const first = tree(x, bottom, inner, { channels, stride: 2, children: [] });
  return tree(first, first, p.at("tree2"), { channels, stride: 1, children: [bottom, first] });
}

/** A tree of one level (figure 3): two residual blocks, and a root that aggregates them. */
function tree(x: Value, bottom: Value, p: Scope, { channels, stride, children }: TreeOptions): Value {
  const shortcut = bottom.channels === channels ? bottom : project(bottom, p, channels);
  const first = block(x, shortcut, p.at("tree1"), channels, stride); // h/s x w/s x channels
  const second = block(first, first, p.at("tree2"), channels, 1); // h/s x w/s x channels
  const root = p.at("root");
  const all = concatenate([second, first, ...children], root);
  return convolution(all, root, { channels, kernel: 1, padding: padAll(0), ...ACTIVATED });
}

function project(x: Value, p: Scope, channels: number): Value {
  return convolution(x, p.at("project"), { channels, kernel: 1, padding: padAll(0), ...NORM });
}

/** A residual block whose shortcut is given. */
function block(x: Value, shortcut: Value, p: Scope, channels: number, stride: number): Value {
  const window = { channels, kernel: 3, padding: padAll(1) };
  const y = convolution(x, p.at("conv1"), { ...window, stride, ...ACTIVATED });
  return relu(add(convolution(y, p.at("conv2"), { ...window, ...NORM }), shortcut, p), p);
}

function pooled(x: Value, p: Scope): Value {
  return maxPool(x, p, { kernel: 2, stride: 2, padding: padAll(0), outside: "ignored" }); // h/2 x w/2
}

/**
 * The upward part, "iterative deep aggregation" with deformable convolutions: level after level is brought to stride 4 and
 * joined with the level above. Returns H/4 x W/4 x the channels of level 2.
 *
 * Scopes of the parameters: `ida0`, `ida1`, `ida2` and `last`, each with the nodes `proj1`, `up1`, `node1`, `proj2`, …
 */
export function dlaUp(levels: readonly Value[], p: Scope): Value {
  const all = [...levels];
  /** What the last level is after each pass, from stride 16 to 4. */
  const ends: Value[] = [];
  for (let pass = 0; pass < levels.length - 1; pass++) {
    const ida = p.at(`ida${pass}`);
    const from = levels.length - 1 - pass;
    const { channels } = levels[from - 1];
    for (let step = 1; step <= pass + 1; step++) {
      const at = from + step - 1;
      all[at] = joined(all[at], all[at - 1], ida, step, channels);
    }
    ends.push(all[all.length - 1]);
  }
  const [coarse, middle, fine] = ends; // H/16 x W/16, H/8 x W/8, H/4 x W/4
  const last = p.at("last");
  const second = joined(middle, fine, last, 1, fine.channels);
  return joined(coarse, second, last, 2, fine.channels);
}

/** A node: node(up(proj(x)) + y). No activation follows the sum. */
function joined(x: Value, y: Value, p: Scope, step: number, channels: number): Value {
  const projected = deformUnit(x, p.at(`proj${step}`), channels);
  const factor = y.height / projected.height;
  const window = { kernel: 2 * factor, stride: factor, padding: padAll(factor / 2) };
  const up = p.at(`up${step}`);
  const enlarged = depthwiseTransposedConv2d(projected, up, window); // the size of y
  return deformUnit(add(enlarged, y, up), p.at(`node${step}`), channels);
}

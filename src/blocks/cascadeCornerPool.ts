import type { Scope, Value } from "../graph/graph.ts";
import { cornerPool, type PoolDirection } from "../kernels/cornerPool/op.ts";
import { add } from "../kernels/elementwise/op.ts";
import { padAll } from "../kernels/window.ts";
import { convolution } from "./convolution.ts";
import { mergePools, POOL_CHANNELS, pooledConvolution } from "./mergePools.ts";

export type Corner = "topLeft" | "bottomRight";

/** The pools that find the two sides which meet in a corner. */
const SIDES = {
  topLeft: { vertical: "top", horizontal: "left" },
  bottomRight: { vertical: "bottom", horizontal: "right" },
} as const satisfies Record<Corner, { vertical: PoolDirection; horizontal: PoolDirection }>;

/**
 * Cascade corner pooling (Duan et al., arXiv:1904.08189, section 3.3, figure 4c; `tl_pool` and `br_pool` of the
 * reference's `kp_utils.py`).
 *
 * The corner of a box often lies outside the object, where nothing is to be seen. But its sides touch the
 * object: from a top-left corner, the top side is to be found by looking to the right, the left one by
 * looking down. Corner pooling brings the strongest sign of each along that way to the corner. It sees sides
 * only; the cascade also looks inside: what lies at each cell is first joined with the strongest sign along
 * the one side, and of the sum the strongest along the other is brought to the corner.
 *
 * With V the pool of the vertical way (top or bottom) and H that of the horizontal way (left or right):
 *
 *     v = V(convV(bodyV(x) + H(lookV(x))))
 *     h = H(convH(bodyH(x) + V(lookH(x))))
 *     y = conv(relu(norm(merge(v + h)) + norm(shortcut(x))))
 *
 * body and look are 3x3 with batch norm and ReLU, convV and convH bare 3x3 without even a bias, so that
 * numbers below zero are pooled too.
 *
 * Parameters: of `vertical` and `horizontal` each `look`, `body`, `conv`, and those of `mergePools`. Values
 * of the graph: `vertical.look.cornerPool`, `vertical.add`, `vertical.conv.conv2d`, `vertical.cornerPool`, …
 */
export function cascadeCornerPool(x: Value, p: Scope, corner: Corner): Value {
  const { vertical, horizontal } = SIDES[corner];
  const v = cascade(x, p.at("vertical"), horizontal, vertical); // H x W x 128
  const h = cascade(x, p.at("horizontal"), vertical, horizontal); // H x W x 128
  return mergePools(x, v, h, p); // H x W x C
}

/** Looks in one direction, then, at what was found there, in the other. */
function cascade(x: Value, p: Scope, first: PoolDirection, second: PoolDirection): Value {
  const look = p.at("look");
  const seen = cornerPool(pooledConvolution(x, look, POOL_CHANNELS), look, first);
  const joined = add(pooledConvolution(x, p.at("body"), POOL_CHANNELS), seen, p);
  const bare = { channels: POOL_CHANNELS, kernel: 3, padding: padAll(1) };
  return cornerPool(convolution(joined, p.at("conv"), bare), p, second);
}

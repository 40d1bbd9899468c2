import type { Scope, Value } from "../graph/graph.ts";
import { cornerPool, type PoolDirection } from "../kernels/cornerPool/op.ts";
import { add } from "../kernels/elementwise/op.ts";
import { padAll } from "../kernels/window.ts";
import { convolution } from "./convolution.ts";
import { mergePools, POOL_CHANNELS, pooledConvolution } from "./mergePools.ts";

export type Corner = "topLeft" | "bottomRight";

/** The pools that find the two sides that meet in a corner. */
const SIDES = {
  topLeft: { vertical: "top", horizontal: "left" },
  bottomRight: { vertical: "bottom", horizontal: "right" },
} as const satisfies Record<Corner, { vertical: PoolDirection; horizontal: PoolDirection }>;

/**
 * Cascade corner pooling (Duan et al., arXiv:1904.08189, section 3.3, figure 4c; `tl_pool` and `br_pool` of
 * the reference's `kp_utils.py`).
 *
 * A box corner often lies outside the object, where there is no local evidence for it. But the box's sides
 * touch the object: seen from a top-left corner, the top side lies to the right and the left side lies below.
 * Corner pooling carries the largest value along each side to the corner, so it only responds to the sides.
 * The cascade also responds to the inside: before it pools along one side, it adds to each cell the largest
 * value in the direction of the other side. On the left side, for example, that is the largest value to the
 * right of the cell, inside the object.
 *
 * Let V be the vertical pool (top or bottom) and H the horizontal one (left or right):
 *
 *     v = V(convV(bodyV(x) + H(lookV(x))))
 *     h = H(convH(bodyH(x) + V(lookH(x))))
 *     y = conv(relu(norm(merge(v + h)) + norm(shortcut(x))))
 *
 * body and look are 3x3 convolutions with batch norm and ReLU. convV and convH are 3x3 convolutions with
 * nothing after them, not even a bias, so negative numbers are pooled too.
 *
 * Parameters: `look`, `body` and `conv` in each of the scopes `vertical` and `horizontal`, and those of
 * `mergePools`. Values of the graph: `vertical.look.cornerPool`, `vertical.add`, `vertical.conv.conv2d`,
 * `vertical.cornerPool`, …
 */
export function cascadeCornerPool(x: Value, p: Scope, corner: Corner): Value {
  const { vertical, horizontal } = SIDES[corner];
  const v = cascade(x, p.at("vertical"), horizontal, vertical); // H x W x 128
  const h = cascade(x, p.at("horizontal"), vertical, horizontal); // H x W x 128
  return mergePools(x, v, h, p); // H x W x C
}

/** Pools in one direction, adds the result to each cell, and pools the sums in the other direction. */
function cascade(x: Value, p: Scope, first: PoolDirection, second: PoolDirection): Value {
  const look = p.at("look");
  const pooled = cornerPool(pooledConvolution(x, look, POOL_CHANNELS), look, first);
  const sum = add(pooledConvolution(x, p.at("body"), POOL_CHANNELS), pooled, p);
  const bare = { channels: POOL_CHANNELS, kernel: 3, padding: padAll(1) };
  return cornerPool(convolution(sum, p.at("conv"), bare), p, second);
}

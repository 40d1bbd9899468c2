import type { Scope, Value } from "../graph/graph.ts";
import { cornerPool } from "../kernels/cornerPool/op.ts";
import { mergePools, POOL_CHANNELS, pooledConvolution } from "./mergePools.ts";

/**
 * Center pooling (Duan et al., arXiv:1904.08189, section 3.3, figure 4a; `center_pool` as `pool_cross` of the
 * reference's `kp_utils.py`).
 *
 * The middle of an object need not be distinctive: a person's middle is the belly, but the head identifies
 * the person. So each cell receives the largest value of its column plus the largest value of its row. These
 * lines cross in the cell and span the whole map. A corner pool covers the part of the line on one side of
 * the cell; the opposite pool applied to its result covers the whole line.
 *
 *     column[i, j] = max over k of v[k, j] = bottom(top(v))        with v = vertical(x)
 *     row[i, j]    = max over k of h[i, k] = right(left(h))        with h = horizontal(x)
 *     y = conv(relu(norm(merge(column + row)) + norm(shortcut(x))))
 *
 * Parameters: `vertical` and `horizontal` (3x3 with batch norm and ReLU) and those of `mergePools`. Values of
 * the graph: `vertical.top.cornerPool`, `vertical.bottom.cornerPool`, `horizontal.left.cornerPool`, …
 */
export function centerPool(x: Value, p: Scope): Value {
  const vertical = p.at("vertical");
  const horizontal = p.at("horizontal");
  const top = cornerPool(pooledConvolution(x, vertical, POOL_CHANNELS), vertical.at("top"), "top");
  const column = cornerPool(top, vertical.at("bottom"), "bottom"); // H x W x 128
  const left = cornerPool(pooledConvolution(x, horizontal, POOL_CHANNELS), horizontal.at("left"), "left");
  const row = cornerPool(left, horizontal.at("right"), "right"); // H x W x 128
  return mergePools(x, column, row, p); // H x W x C
}

import type { Scope, Value } from "../graph/graph.ts";
import { add } from "../kernels/elementwise/op.ts";
import { maxPool } from "../kernels/maxPool/op.ts";
import { upsampleNearest } from "../kernels/upsample/op.ts";

/**
 * Sum of two maps of which one may be a single row or column, which then counts for all of the other's, as TensorFlow
 * broadcasts it. Thereby pyramids and hourglasses take images of up to 4 pixels on a side: the side is one cell all
 * the way down, and each step up doubles it.
 */
export function broadcastAdd(a: Value, b: Value, p: Scope): Value {
  return add(repeated(a, b, p.at("first")), repeated(b, a, p.at("second")), p);
}

/** Repeats the single row or column of x until it has as many as `like`. */
function repeated(x: Value, like: Value, p: Scope): Value {
  let y = x;
  for (let step = 0; ; step++) {
    const row = x.height === 1 && y.height < like.height;
    const column = x.width === 1 && y.width < like.width;
    if (!row && !column) return y;
    y = oneMore(y, p.at(`repeat${step}`), row, column);
  }
}

/**
 * Adds a row like the others, a column like the others, or both. Of the map at twice its size, each window of 2 x 2
 * cells returns one cell of the map; padded by one cell at both ends, there is one window more.
 */
function oneMore(x: Value, p: Scope, row: boolean, column: boolean): Value {
  const [y, z] = [row ? 1 : 0, column ? 1 : 0];
  const padding = { top: y, bottom: y, left: z, right: z };
  return maxPool(upsampleNearest(x, p), p, { kernel: 2, stride: 2, padding, outside: "ignored" });
}

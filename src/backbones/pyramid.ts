import type { Value } from "../graph/graph.ts";

/** What a backbone gives to a feature pyramid: its features at strides 4, 8, 16 and 32. */
export interface Pyramid {
  readonly c2: Value;
  readonly c3: Value;
  readonly c4: Value;
  readonly c5: Value;
}

import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import type { BatchNormAttributes } from "./op.ts";

export const batchNormCases: readonly OpCase<BatchNormAttributes>[] = [
  { title: "epsilon 1e-3, 6 channels", inputs: [shapeOf(3, 4, 6)], attributes: { epsilon: 1e-3 } },
  { title: "epsilon 1.001e-5, one cell", inputs: [shapeOf(1, 1, 5)], attributes: { epsilon: 1.001e-5 } },
  { title: "an epsilon that matters", inputs: [shapeOf(2, 2, 4)], attributes: { epsilon: 0.5 } },
];

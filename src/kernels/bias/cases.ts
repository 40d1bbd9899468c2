import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";

export const biasCases: readonly OpCase[] = [
  { title: "7 channels", inputs: [shapeOf(3, 2, 7)], attributes: {} },
  { title: "one cell, one channel", inputs: [shapeOf(1, 1, 1)], attributes: {} },
  { title: "8 channels", inputs: [shapeOf(2, 5, 8)], attributes: {} },
];

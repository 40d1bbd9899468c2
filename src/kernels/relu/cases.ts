import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";

export const reluCases: readonly OpCase[] = [
  { title: "5 channels", inputs: [shapeOf(3, 4, 5)], attributes: {} },
  { title: "one cell", inputs: [shapeOf(1, 1, 1)], attributes: {} },
  { title: "8 channels", inputs: [shapeOf(2, 3, 8)], attributes: {} },
];

import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";

export const addCases: readonly OpCase[] = [
  { title: "5 channels", inputs: [shapeOf(3, 4, 5), shapeOf(3, 4, 5)], attributes: {} },
  { title: "one cell", inputs: [shapeOf(1, 1, 1), shapeOf(1, 1, 1)], attributes: {} },
];

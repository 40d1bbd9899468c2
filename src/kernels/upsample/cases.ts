import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";

export const upsampleNearestCases: readonly OpCase[] = [
  { title: "odd sizes, 5 channels", inputs: [shapeOf(3, 5, 5)], attributes: {} },
  { title: "one cell", inputs: [shapeOf(1, 1, 3)], attributes: {} },
  { title: "one row, 8 channels", inputs: [shapeOf(1, 4, 8)], attributes: {} },
];

export const upsampleBilinearCases: readonly OpCase[] = [
  { title: "odd sizes, 5 channels", inputs: [shapeOf(3, 5, 5)], attributes: {} },
  { title: "one cell", inputs: [shapeOf(1, 1, 3)], attributes: {} },
  { title: "one row, 8 channels", inputs: [shapeOf(1, 4, 8)], attributes: {} },
];

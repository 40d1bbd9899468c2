import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";

export const concatenateCases: readonly OpCase[] = [
  {
    title: "5, 8, 3 and 4 channels, which share vectors of four",
    inputs: [shapeOf(3, 5, 5), shapeOf(3, 5, 8), shapeOf(3, 5, 3), shapeOf(3, 5, 4)],
    attributes: {},
  },
  {
    title: "whole vectors of four",
    inputs: [shapeOf(2, 3, 8), shapeOf(2, 3, 4), shapeOf(2, 3, 12)],
    attributes: {},
  },
  { title: "one map", inputs: [shapeOf(1, 2, 3)], attributes: {} },
];

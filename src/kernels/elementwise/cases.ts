import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";

export const addCases: readonly OpCase[] = [
  { title: "5 channels", inputs: [shapeOf(3, 4, 5), shapeOf(3, 4, 5)], attributes: {} },
  { title: "one cell", inputs: [shapeOf(1, 1, 1), shapeOf(1, 1, 1)], attributes: {} },
];

export const biasCases: readonly OpCase[] = [
  { title: "7 channels", inputs: [shapeOf(3, 2, 7)], attributes: {} },
  { title: "one cell, one channel", inputs: [shapeOf(1, 1, 1)], attributes: {} },
  { title: "8 channels", inputs: [shapeOf(2, 5, 8)], attributes: {} },
];

export const reluCases: readonly OpCase[] = [
  { title: "5 channels", inputs: [shapeOf(3, 4, 5)], attributes: {} },
  { title: "one cell", inputs: [shapeOf(1, 1, 1)], attributes: {} },
  { title: "8 channels", inputs: [shapeOf(2, 3, 8)], attributes: {} },
];

/** Some numbers are above 6. */
export const relu6Cases: readonly OpCase[] = [
  { title: "5 channels", inputs: [shapeOf(3, 4, 5)], attributes: {}, range: 12 },
  { title: "one cell", inputs: [shapeOf(1, 1, 1)], attributes: {} },
  { title: "8 channels", inputs: [shapeOf(2, 3, 8)], attributes: {}, range: 12 },
];

export const sigmoidCases: readonly OpCase[] = [
  { title: "5 channels", inputs: [shapeOf(3, 4, 5)], attributes: {} },
  { title: "one cell", inputs: [shapeOf(1, 1, 1)], attributes: {} },
  { title: "8 channels", inputs: [shapeOf(2, 3, 8)], attributes: {} },
];

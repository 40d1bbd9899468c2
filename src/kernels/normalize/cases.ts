import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import type { NormalizeAttributes } from "./op.ts";

export const normalizeCases: readonly OpCase<NormalizeAttributes>[] = [
  {
    title: "a scale and an offset a channel",
    inputs: [shapeOf(3, 5, 3)],
    attributes: { scale: [0.5, 2, -1.25], offset: [-1, 0.125, 3] },
  },
  {
    title: "0..255 to -1..1",
    inputs: [shapeOf(1, 1, 3)],
    attributes: { scale: [2 / 255, 2 / 255, 2 / 255], offset: [-1, -1, -1] },
  },
];

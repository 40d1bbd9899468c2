import { shapeOf } from "../../tensor.ts";
import type { OpCase } from "../opCase.ts";
import { type CornerPoolAttributes, POOL_DIRECTIONS } from "./op.ts";

export const cornerPoolCases: readonly OpCase<CornerPoolAttributes>[] = POOL_DIRECTIONS.flatMap(
  (direction) => [
    { title: `${direction}, odd sizes, 5 channels`, inputs: [shapeOf(7, 9, 5)], attributes: { direction } },
    { title: `${direction}, one cell`, inputs: [shapeOf(1, 1, 3)], attributes: { direction } },
    { title: `${direction}, one row`, inputs: [shapeOf(1, 8, 4)], attributes: { direction } },
    { title: `${direction}, one column`, inputs: [shapeOf(17, 1, 8)], attributes: { direction } },
    { title: `${direction}, two cells`, inputs: [shapeOf(2, 2, 1)], attributes: { direction } },
  ],
);

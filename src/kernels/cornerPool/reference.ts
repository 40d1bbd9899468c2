import { fillMap, type ReferenceKernel } from "../kernel.ts";
import { type CornerPoolAttributes, POOL_STEPS } from "./op.ts";

export const cornerPoolReference: ReferenceKernel<CornerPoolAttributes> = ({ attributes, output }, [x]) => {
  const [, height, width, channels] = output;
  const { down, right } = POOL_STEPS[attributes.direction];
  return fillMap(output, (i, j, c) => {
    let largest = Number.NEGATIVE_INFINITY;
    for (let row = i, column = j; isInside(row, column); row += down, column += right) {
      largest = Math.max(largest, x[(row * width + column) * channels + c]);
    }
    return largest;
  });

  function isInside(row: number, column: number): boolean {
    return row >= 0 && row < height && column >= 0 && column < width;
  }
};

import { fillMap, type ReferenceKernel } from "../kernel.ts";

export const upsampleNearestReference: ReferenceKernel<object> = ({ inputs, output }, [x]) => {
  const [, , width, channels] = inputs[0];
  return fillMap(output, (i, j, c) => x[((i >> 1) * width + (j >> 1)) * channels + c]);
};

/** Follows TensorFlow's general rule, source = (i + 1/2) / 2 − 1/2, rather than the shortcut for factor 2. */
export const upsampleBilinearReference: ReferenceKernel<object> = ({ inputs, output }, [x]) => {
  const [, height, width, channels] = inputs[0];
  return fillMap(output, (i, j, c) => {
    const [top, bottom, down] = neighbors(i, height);
    const [left, right, across] = neighbors(j, width);
    const at = (row: number, column: number) => x[(row * width + column) * channels + c];
    const above = at(top, left) + (at(top, right) - at(top, left)) * across;
    const below = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * across;
    return above + (below - above) * down;
  });
};

/** The two source cells that an output cell lies between, and how far it lies towards the second. */
function neighbors(output: number, size: number): [before: number, after: number, fraction: number] {
  const source = (output + 0.5) / 2 - 0.5;
  const before = Math.floor(source);
  return [Math.max(before, 0), Math.min(before + 1, size - 1), source - before];
}

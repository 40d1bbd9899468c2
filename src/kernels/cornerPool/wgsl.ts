import { vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslElements } from "../wgsl/source.ts";
import { type CornerPoolAttributes, POOL_STEPS } from "./op.ts";

/**
 * One thread runs along a line with four channels of it, so that each cell is read and written once; neighbors
 * have neighboring channels and read in a row.
 */
export const cornerPoolWgsl: WgslKernelOf<CornerPoolAttributes> = ({ attributes, output }) => {
  const [, height, width, channels] = output;
  const vectors = vectorCount(channels);
  const { down, right } = POOL_STEPS[attributes.direction];
  const [lines, length] = down === 0 ? [height, width] : [width, height];
  // The cell that sees all of its line but the ends of the others is the last: the scan starts at the far end.
  const isBackwards = down + right > 0;
  const [lineStep, step] = down === 0 ? [width * vectors, vectors] : [vectors, width * vectors];
  return {
    algorithm: "one scan along each line",
    constants: [],
    scratchBytes: [],
    dispatches: [
      wgslElements({
        title: `cornerPool ${attributes.direction}`,
        reads: { x: "input0" },
        writes: { y: "output" },
        count: lines * vectors,
        work: lines * length * channels,
        body: `  let line = index / ${vectors}u * ${lineStep}u + index % ${vectors}u;
  var largest = x[line${isBackwards ? ` + ${(length - 1) * step}u` : ""}];
  for (var i = 0u; i < ${length}u; i++) {
    let place = line + ${isBackwards ? `(${length - 1}u - i)` : "i"} * ${step}u;
    let value = x[place];
    largest = larger(largest, value);
    y[place] = largest;
  }`,
      }),
    ],
  };
};

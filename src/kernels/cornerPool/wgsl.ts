import { vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslElements } from "../wgsl/source.ts";
import { type CornerPoolAttributes, POOL_STEPS } from "./op.ts";

/**
 * One thread scans four channels of a line, so that each cell is read and written once. Neighboring threads have
 * neighboring channels, so that their reads coalesce.
 */
export const cornerPoolWgsl: WgslKernelOf<CornerPoolAttributes> = ({ attributes, output }) => {
  const [, height, width, channels] = output;
  const vectors = vectorCount(channels);
  const { down, right } = POOL_STEPS[attributes.direction];
  const [lines, length] = down === 0 ? [height, width] : [width, height];
  // Each cell takes the largest value from itself to the far end, so the scan starts at the far end.
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

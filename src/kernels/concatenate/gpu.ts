import type { GpuKernelOf } from "../kernel.ts";
import { firstChannels } from "./op.ts";

/** Each thread reads its number from the input that its channel belongs to: the last that begins at or before it. */
export const concatenateGpu: GpuKernelOf<object> = ({ inputs }) => {
  const names = inputs.map((_, i) => `map${i}`);
  const reads = firstChannels(inputs).map(
    (first, i) => `if (this.thread.x >= ${first} && this.thread.x < ${first + inputs[i][3]}) {
    value = ${names[i]}[this.thread.z][this.thread.y][this.thread.x - ${first}];
  }`,
  );
  return {
    source: `function concatenate(${names.join(", ")}) {
  let value = 0;
  ${reads.join("\n  ")}
  return value;
}`,
  };
};

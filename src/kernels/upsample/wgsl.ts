import { cellOf } from "../wgsl/epilogue.ts";
import { vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslMap } from "../wgsl/source.ts";

export const upsampleNearestWgsl: WgslKernelOf<object> = ({ inputs, output }) => {
  const vectors = vectorCount(output[3]);
  return {
    algorithm: "vector by vector",
    constants: [],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: "upsampleNearest",
        reads: { x: "input0" },
        output,
        value: `x[${cellOf(inputs[0], output, `index / ${vectors}u`)} * ${vectors}u + vector]`,
      }),
    ],
  };
};

export const upsampleBilinearWgsl: WgslKernelOf<object> = ({
  inputs: [[, height, width, channels]],
  output,
}) => {
  const vectors = vectorCount(channels);
  // An even output cell lies three quarters of the way from one source cell to the next, an odd one a quarter.
  const neighbors = (place: string, size: number) => `
  let ${place}Before = (i32(${place}) - 1) >> 1u;
  let ${place}Share = select(0.25f, 0.75f, ${place} % 2u == 0u);
  let ${place}0 = u32(max(${place}Before, 0));
  let ${place}1 = u32(min(${place}Before + 1, ${size - 1}));`;
  const at = (row: string, column: string) => `x[(${row} * ${width}u + ${column}) * ${vectors}u + vector]`;
  return {
    algorithm: "vector by vector",
    constants: [],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: "upsampleBilinear",
        reads: { x: "input0" },
        output,
        statements: `${neighbors("row", height)}${neighbors("column", width)}
  let above = mix(${at("row0", "column0")}, ${at("row0", "column1")}, columnShare);
  let below = mix(${at("row1", "column0")}, ${at("row1", "column1")}, columnShare);`,
        value: "mix(above, below, rowShare)",
      }),
    ],
  };
};

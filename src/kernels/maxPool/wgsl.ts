import { vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslMap } from "../wgsl/source.ts";
import type { MaxPoolAttributes } from "./op.ts";

/** The lowest finite float32. WGSL has no literal for minus infinity. */
const LOWEST = "vec4f(-0x1.fffffep127f)";

export const maxPoolWgsl: WgslKernelOf<MaxPoolAttributes> = ({ attributes, inputs, output }) => {
  const [, height, width, channels] = inputs[0];
  const { kernel, stride, padding, outside } = attributes;
  return {
    algorithm: "vector by vector",
    constants: [],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: `maxPool ${kernel} x ${kernel}, stride ${stride}`,
        reads: { x: "input0" },
        output,
        work: output[1] * output[2] * channels * kernel * kernel,
        statements: `  var largest = ${LOWEST};
  for (var u = 0; u < ${kernel}; u++) {
    let mapRow = i32(row) * ${stride} + u - ${padding.top};
    for (var v = 0; v < ${kernel}; v++) {
      let mapColumn = i32(column) * ${stride} + v - ${padding.left};
      if (mapRow >= 0 && mapRow < ${height} && mapColumn >= 0 && mapColumn < ${width}) {
        largest = larger(largest, x[u32(mapRow * ${width} + mapColumn) * ${vectorCount(channels)}u + vector]);
      }${outside === "zero" ? " else { largest = larger(largest, vec4f()); }" : ""}
    }
  }`,
        value: "largest",
      }),
    ],
  };
};

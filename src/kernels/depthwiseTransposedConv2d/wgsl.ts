import { depthwiseWeights } from "../depthwiseConv2d/wgsl.ts";
import { biasConstants, wgslFinish } from "../wgsl/epilogue.ts";
import { vectorCount, type WgslKernelOf } from "../wgsl/kernel.ts";
import { wgslMap } from "../wgsl/source.ts";
import type { Window } from "../window.ts";

/** One thread sums over the cells whose windows cover its output cell. */
export const depthwiseTransposedConv2dWgsl: WgslKernelOf<Window> = (call) => {
  const { kernel, stride, padding } = call.attributes;
  const [, height, width, channels] = call.inputs[0];
  const vectors = vectorCount(channels);
  const finish = wgslFinish(call, "constant1");
  return {
    algorithm: "direct",
    constants: [depthwiseWeights(kernel * kernel, channels), ...biasConstants(call)],
    scratchBytes: [],
    dispatches: [
      wgslMap({
        title: `depthwiseTransposedConv2d ${kernel} x ${kernel}, stride ${stride}`,
        reads: { x: "input0", weights: "constant0", ...finish.reads },
        output: call.output,
        work: height * width * channels * kernel * kernel,
        statements: `  let down = i32(row) + ${padding.top};
  let across = i32(column) + ${padding.left};
  var sum = vec4f();
  for (var u = down % ${stride}; u < ${kernel} && u <= down; u += ${stride}) {
    let mapRow = (down - u) / ${stride};
    if (mapRow >= ${height}) { continue; }
    for (var v = across % ${stride}; v < ${kernel} && v <= across; v += ${stride}) {
      let mapColumn = (across - v) / ${stride};
      if (mapColumn >= ${width}) { continue; }
      let place = u32(mapRow * ${width} + mapColumn) * ${vectors}u + vector;
      sum = fma(x[place], weights[u32(u * ${kernel} + v) * ${vectors}u + vector], sum);
    }
  }`,
        value: finish.value("sum", `index / ${vectors}u`, "vector"),
      }),
    ],
  };
};

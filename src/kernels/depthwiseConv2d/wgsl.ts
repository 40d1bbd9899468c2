import { biasConstants, wgslFinish } from "../wgsl/epilogue.ts";
import { LANES, vectorCount, type WgslConstant, type WgslKernelOf } from "../wgsl/kernel.ts";
import { repeat, wgslElements } from "../wgsl/source.ts";
import type { Window } from "../window.ts";

/** Neighboring outputs per thread. Their windows overlap: a 3x3 at stride 1 reads 18 vectors for 4 outputs, not 36. */
const OUTPUTS = 4;

export const depthwiseConv2dWgsl: WgslKernelOf<Window> = (call) => {
  const { kernel, stride, padding } = call.attributes;
  const [, height, width, channels] = call.inputs[0];
  const [, rows, columns] = call.output;
  const vectors = vectorCount(channels);
  const blocks = Math.ceil(columns / OUTPUTS);
  const finish = wgslFinish(call, "constant1");
  const windowColumns = (OUTPUTS - 1) * stride + kernel;
  return {
    algorithm: `direct, ${OUTPUTS} cells per thread`,
    constants: [depthwiseWeights(kernel * kernel, channels), ...biasConstants(call)],
    scratchBytes: [],
    dispatches: [
      wgslElements({
        title: `depthwiseConv2d ${kernel} x ${kernel}, stride ${stride}`,
        reads: { x: "input0", weights: "constant0", ...finish.reads },
        writes: { y: "output" },
        count: rows * blocks * vectors,
        work: rows * columns * channels * kernel * kernel,
        body: `  let vector = index % ${vectors}u;
  let column = i32(index / ${vectors}u % ${blocks}u) * ${OUTPUTS};
  let row = i32(index / ${vectors * blocks}u);
${repeat(OUTPUTS, (i) => `  var sum${i} = vec4f();`)}
  for (var u = 0; u < ${kernel}; u++) {
    let mapRow = row * ${stride} + u - ${padding.top};
    if (mapRow >= 0 && mapRow < ${height}) {
${repeat(windowColumns, (v) => {
  return `      var x${v} = vec4f();
      let mapColumn${v} = column * ${stride} + ${v} - ${padding.left};
      if (mapColumn${v} >= 0 && mapColumn${v} < ${width}) {
        x${v} = x[u32(mapRow * ${width} + mapColumn${v}) * ${vectors}u + vector];
      }`;
})}
${repeat(kernel, (v) => {
  const sums = repeat(OUTPUTS, (i) => `      sum${i} = fma(x${i * stride + v}, weight${v}, sum${i});`);
  return `      let weight${v} = weights[u32(u * ${kernel} + ${v}) * ${vectors}u + vector];\n${sums}`;
})}
    }
  }
${repeat(OUTPUTS, (i) => {
  return `  if (column + ${i} < ${columns}) {
    let cell = u32(row * ${columns} + column + ${i});
    y[cell * ${vectors}u + vector] = ${finish.value(`sum${i}`, "cell", "vector")};
  }`;
})}`,
      }),
    ],
  };
};

/** One number per channel at each of the kernel's cells, [cells][channels / 4]. */
export function depthwiseWeights(kernelCells: number, channels: number): WgslConstant {
  const vectors = vectorCount(channels);
  return {
    vectors: kernelCells * vectors,
    write(target, p) {
      for (let cell = 0; cell < kernelCells; cell++) {
        const weights = p.kernel.subarray(cell * channels, (cell + 1) * channels);
        target.set(weights, cell * vectors * LANES);
      }
    },
  };
}

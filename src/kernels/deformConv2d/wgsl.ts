import { convolutionDispatches, kernelConstant } from "../wgsl/convolution.ts";
import { biasConstants } from "../wgsl/epilogue.ts";
import {
  BYTES_PER_VECTOR,
  LANES,
  vectorCount,
  type WgslCall,
  type WgslDispatch,
  type WgslKernelOf,
} from "../wgsl/kernel.ts";
import { wgslElements } from "../wgsl/source.ts";
import { type DeformConv2dAttributes, FIRST_MASK, OFFSET_CHANNELS, SAMPLES, WINDOW_SIDE } from "./op.ts";

/**
 * First the samples are written, [cell][sample][channels / 4]; then they are multiplied with the weights, as a 1x1
 * convolution. Sampling inside the product would save that map but repeat the reads for each tile of output channels.
 */
export const deformConv2dWgsl: WgslKernelOf<DeformConv2dAttributes> = (call, target) => {
  const { channels } = call.attributes;
  const [, , , inputChannels] = call.inputs[0];
  const [, rows, columns] = call.output;
  const depthVectors = SAMPLES * vectorCount(inputChannels);
  // Rows that are sampled together: all, if their samples fit into a binding.
  const rowBytes = columns * depthVectors * BYTES_PER_VECTOR;
  const bandRows = Math.min(rows, Math.max(1, Math.floor(target.maxBindingBytes / rowBytes)));
  const bands = Math.ceil(rows / bandRows);
  const products = Array.from({ length: bands }, (_, index) => {
    const top = index * bandRows;
    const height = Math.min(bandRows, rows - top);
    const sampled: WgslCall = { ...call, inputs: [[1, height, columns, depthVectors * LANES]] };
    const product = convolutionDispatches(
      {
        title: `deformConv2d${bands > 1 ? `, rows from ${top} on` : ""}`,
        ...{ kernelHeight: 1, kernelWidth: 1, stride: 1, top: 0, left: 0, rows: height, columns },
        scatter: bands > 1 ? { columns, step: 1, top, left: 0, width: columns } : undefined,
        ...{ source: "scratch0", slices: "scratch1", weights: "constant0", bias: "constant1" },
      },
      sampled,
      target,
    );
    return { ...product, dispatches: [sampling(call, top, height), ...product.dispatches] };
  });
  const kernelOffsets = Array.from({ length: SAMPLES }, (_, k) => k * inputChannels * channels);
  return {
    algorithm: `samples, then a product of matrices${bands > 1 ? `, in ${bands} bands` : ""}`,
    constants: [
      kernelConstant({ kernelOffsets, inputChannels, channels, inputStep: channels, outputStep: 1 }),
      ...biasConstants(call),
    ],
    scratchBytes: [bandRows * rowBytes, ...products[0].scratchBytes],
    dispatches: products.flatMap(({ dispatches }) => dispatches),
  };
};

/**
 * One thread computes four channels of a sample. Below −80 a mask is 2e-35 instead of less, because its power would
 * overflow; a NaN stays one. The other condition is false for NaN, so that only places in the map are converted to
 * integers.
 */
function sampling(
  { inputs: [[, height, width, channels]] }: WgslCall<DeformConv2dAttributes>,
  top: number,
  rows: number,
): WgslDispatch {
  const vectors = vectorCount(channels);
  const count = rows * width * SAMPLES * vectors;
  const first = top * width;
  const offsetVectors = vectorCount(OFFSET_CHANNELS);
  return wgslElements({
    title: `deformConv2d: samples of ${height} x ${width} x ${channels}`,
    reads: { x: "input0", offsets: "input1" },
    writes: { samples: "scratch0" },
    declarations: `fn offsetAt(cell: u32, channel: u32) -> f32 {
  return offsets[cell * ${offsetVectors}u + channel / 4u][channel % 4u];
}
fn cellAt(row: i32, column: i32, vector: u32) -> vec4f {
  if (row < 0 || row >= ${height} || column < 0 || column >= ${width}) { return vec4f(); }
  return x[u32(row * ${width} + column) * ${vectors}u + vector];
}`,
    count,
    work: count * LANES * 4,
    body: `  let vector = index % ${vectors}u;
  let k = index / ${vectors}u % ${SAMPLES}u;
  let cell = index / ${vectors * SAMPLES}u + ${first}u;
  let down = f32(cell / ${width}u) + f32(k / ${WINDOW_SIDE}u) - 1f + offsetAt(cell, 2u * k);
  let across = f32(cell % ${width}u) + f32(k % ${WINDOW_SIDE}u) - 1f + offsetAt(cell, 2u * k + 1u);
  let logit = offsetAt(cell, ${FIRST_MASK}u + k);
  let mask = select(logit, 1f / (1f + exp(min(-logit, 80f))), logit == logit);
  var sum = vec4f();
  if (down > -1f && down < ${height}f && across > -1f && across < ${width}f) {
    let row = i32(floor(down));
    let column = i32(floor(across));
    let below = down - floor(down);
    let after = across - floor(across);
    sum = (1f - below) * ((1f - after) * cellAt(row, column, vector) + after * cellAt(row, column + 1, vector))
      + below * ((1f - after) * cellAt(row + 1, column, vector) + after * cellAt(row + 1, column + 1, vector));
  }
  samples[index] = mask * sum;`,
  });
}

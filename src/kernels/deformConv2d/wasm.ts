import { type GatherGemm, gemmBias, gemmConstants, gemmFields, gemmScratchBytes } from "../wasm/gemm.ts";
import { type WasmKernelOf, wasmStep } from "../wasm/kernel.ts";
import { type DeformConv2dAttributes, SAMPLES } from "./op.ts";

/** The product of matrices of `conv2d`, on inputs that are sampled instead of gathered: assembly/deformConv.ts. */
export const deformConv2dWasm: WasmKernelOf<DeformConv2dAttributes> = (call, { precision }) => {
  const { channels } = call.attributes;
  const [, rows, columns] = call.output;
  const [, , , inputChannels] = call.inputs[0];
  // Where a sample lies is not known here: `down` and `right` are not read.
  const kernelOffsets = Array.from({ length: SAMPLES }, (_, k) => ({
    down: 0,
    right: 0,
    weights: k * inputChannels * channels,
  }));
  const grid = { stride: 1, rows, columns, step: 1, top: 0, left: 0 };
  const gemm: GatherGemm = { kernelOffsets, inputStep: channels, outputStep: 1, ...grid, sampled: true };
  const [weights] = gemmConstants(gemm, call);
  return {
    algorithm: "sampled product of matrices",
    constants: [weights, gemmBias(call)],
    scratchBytes: gemmScratchBytes(gemm, call),
    steps: (at) => {
      const { units, fields } = gemmFields(gemm, call, at, [at.constants[0], 0], precision);
      return [wasmStep("deformConv", units, { ...fields, offsets: at.inputs[1] })];
    },
  };
};

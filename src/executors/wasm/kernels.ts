import { batchNormWasm } from "../../kernels/batchNorm/wasm.ts";
import { concatenateWasm } from "../../kernels/concatenate/wasm.ts";
import { conv2dWasm } from "../../kernels/conv2d/wasm.ts";
import { cornerPoolWasm } from "../../kernels/cornerPool/wasm.ts";
import { deformConv2dWasm } from "../../kernels/deformConv2d/wasm.ts";
import { depthwiseConv2dWasm } from "../../kernels/depthwiseConv2d/wasm.ts";
import { depthwiseTransposedConv2dWasm } from "../../kernels/depthwiseTransposedConv2d/wasm.ts";
import { addWasm, biasWasm, relu6Wasm, reluWasm, sigmoidWasm } from "../../kernels/elementwise/wasm.ts";
import { maxPoolWasm } from "../../kernels/maxPool/wasm.ts";
import { normalizeWasm } from "../../kernels/normalize/wasm.ts";
import type { OpName } from "../../kernels/ops.ts";
import { transposedConv2dWasm } from "../../kernels/transposedConv2d/wasm.ts";
import { upsampleBilinearWasm, upsampleNearestWasm } from "../../kernels/upsample/wasm.ts";
import type { WasmKernelOf } from "../../kernels/wasm/kernel.ts";

/** Total: an op without a WebAssembly kernel does not compile. */
export const WASM_KERNELS = {
  add: addWasm,
  batchNorm: batchNormWasm,
  bias: biasWasm,
  concatenate: concatenateWasm,
  conv2d: conv2dWasm,
  cornerPool: cornerPoolWasm,
  deformConv2d: deformConv2dWasm,
  depthwiseConv2d: depthwiseConv2dWasm,
  depthwiseTransposedConv2d: depthwiseTransposedConv2dWasm,
  maxPool: maxPoolWasm,
  normalize: normalizeWasm,
  relu: reluWasm,
  relu6: relu6Wasm,
  sigmoid: sigmoidWasm,
  transposedConv2d: transposedConv2dWasm,
  upsampleBilinear: upsampleBilinearWasm,
  upsampleNearest: upsampleNearestWasm,
} satisfies Record<OpName, WasmKernelOf<never>>;

import type { Epilogue } from "../graph/epilogue.ts";
import type { KernelCall } from "./kernel.ts";
import { BOUNDS, channelConstant } from "./wasm/epilogue.ts";
import { BYTES_PER_CELL, planeCount, type WasmKernel, wasmStep } from "./wasm/kernel.ts";

type Parameters = Readonly<Record<string, Float32Array>>;

/** The numbers of y = (x − mean) · scale + shift by channel, and the activation that follows. */
export interface Affine {
  mean?(parameters: Parameters): ArrayLike<number>;
  scale?(parameters: Parameters): ArrayLike<number>;
  shift?(parameters: Parameters): ArrayLike<number>;
  readonly activation?: Epilogue["activation"];
}

export function affineWasm({ output }: KernelCall, affine: Affine): WasmKernel {
  const [, height, width, channels] = output;
  const planes = planeCount(channels);
  const same = (value: number) => () => new Float32Array(channels).fill(value);
  const { mean = same(0), scale = same(1), shift = same(0), activation = "none" } = affine;
  return {
    algorithm: "cell by cell",
    constants: [channelConstant(channels, [mean, scale, shift])],
    scratchBytes: 0,
    steps: (at) => [
      wasmStep("affine", planes, {
        source: at.inputs[0],
        destination: at.output,
        cells: height * width,
        numbers: at.constants[0],
        listBytes: planes * BYTES_PER_CELL,
        ...BOUNDS[activation],
      }),
    ],
  };
}

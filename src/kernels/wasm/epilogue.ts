import type { Epilogue } from "../../graph/op.ts";
import type { KernelCall } from "../kernel.ts";
import type { Window } from "../window.ts";
import {
  BYTES_PER_CELL,
  LANES,
  planeCount,
  type WasmAddresses,
  type WasmConstant,
  type WasmKernel,
  wasmStep,
} from "./kernel.ts";

/** The bounds that each activation clamps to. */
const BOUNDS = {
  none: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  relu: { low: 0, high: Number.POSITIVE_INFINITY },
  relu6: { low: 0, high: 6 },
} satisfies Record<Epilogue["activation"], { low: number; high: number }>;

/** One number per channel, or zeros if the epilogue has no bias. Padded to a multiple of `multiple` channels. */
export function biasConstant({ bias }: Epilogue, channels: number, multiple = LANES): WasmConstant {
  return {
    floats: Math.ceil(channels / multiple) * multiple,
    write: (target, parameters) => bias && target.set(parameters.bias),
  };
}

/** The epilogue's fields of a call. The bias must be the kernel's last constant. */
export function epilogueFields({ activation }: Epilogue, at: WasmAddresses) {
  return { bias: at.constants[at.constants.length - 1], residual: at.residual, ...BOUNDS[activation] };
}

/** Several lists of one number per channel, each padded to whole planes. */
export function channelConstant(
  channels: number,
  lists: readonly ((parameters: Readonly<Record<string, Float32Array>>) => ArrayLike<number>)[],
): WasmConstant {
  const stride = planeCount(channels) * LANES;
  return {
    floats: lists.length * stride,
    write(target, parameters) {
      for (const [index, list] of lists.entries()) target.set(list(parameters), index * stride);
    },
  };
}

type Parameters = Readonly<Record<string, Float32Array>>;

/** y = activation((x − mean) · scale + shift), with numbers per channel. By default all of it changes nothing. */
export interface Affine {
  mean?(parameters: Parameters): ArrayLike<number>;
  scale?(parameters: Parameters): ArrayLike<number>;
  shift?(parameters: Parameters): ArrayLike<number>;
  readonly activation?: Epilogue["activation"];
}

/** The kernel of an affine function per channel: batch normalization, bias and activations. */
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

/** The window's fields of a call that slides it over each plane. */
export function windowFields({ attributes, inputs: [[, height, width]], output }: KernelCall<Window>) {
  const { kernel, stride, padding } = attributes;
  return {
    height,
    width,
    outputHeight: output[1],
    outputWidth: output[2],
    kernel,
    stride,
    padTop: padding.top,
    padLeft: padding.left,
  };
}

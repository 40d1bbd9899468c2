import type { KernelCall, Precision } from "../kernel.ts";
import type { Conv2dAttributes } from "./op.ts";

export type WgslConvolution = "gemm" | "winograd";

/**
 * Which algorithm a convolution gets on `wgsl`, and why: the first row that applies. Winograd multiplies 4 times
 * less, but moves 2.25 times the map in and out of its transforms and reads 4 times the weights. The limits are
 * those of a model of a large GPU (bench/gpu), not yet of a measurement.
 */
const CHOICES: readonly Choice[] = [
  { convolution: "gemm", reason: "not 3x3 at stride 1", applies: ({ simple }) => !simple },
  { convolution: "gemm", reason: "precision exact", applies: ({ precision }) => precision === "exact" },
  { convolution: "gemm", reason: "few channels", applies: ({ channels }) => channels < 32 },
  { convolution: "gemm", reason: "a map below 16x16", applies: ({ cells }) => cells < 256 },
  { convolution: "winograd", reason: "3x3 on a large map", applies: () => true },
];

interface Facts {
  readonly simple: boolean;
  /** The fewer of input and output channels. */
  readonly channels: number;
  readonly cells: number;
  readonly precision: Precision;
}

interface Choice {
  readonly convolution: WgslConvolution;
  readonly reason: string;
  applies(facts: Facts): boolean;
}

export function chooseWgslConvolution(
  { attributes, inputs, output }: KernelCall<Conv2dAttributes>,
  precision: Precision,
): { readonly convolution: WgslConvolution; readonly reason: string } {
  const facts: Facts = {
    simple: attributes.kernel === 3 && attributes.stride === 1,
    channels: Math.min(inputs[0][3], output[3]),
    cells: output[1] * output[2],
    precision,
  };
  return CHOICES.find(({ applies }) => applies(facts)) as Choice;
}

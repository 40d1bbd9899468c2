import type { KernelCall, Precision } from "../kernel.ts";
import type { Conv2dAttributes } from "./op.ts";

/** The properties by which a backend chooses a convolution's algorithm. */
export interface ConvolutionFacts {
  /** 3x3 at stride 1, the only case for which there are Winograd kernels. */
  readonly is3x3Stride1: boolean;
  /** The smaller of the input and output channel counts. With few channels, transforms cost more than products. */
  readonly channels: number;
  /** Output height times width. */
  readonly cells: number;
  readonly precision: Precision;
}

/** One row of a backend's table of algorithms. */
export interface ConvolutionChoice<Algorithm extends string> {
  readonly algorithm: Algorithm;
  readonly reason: string;
  applies(facts: ConvolutionFacts): boolean;
}

/** The first row that applies. The last row of a table must always apply. */
export function chooseConvolution<Algorithm extends string>(
  table: readonly ConvolutionChoice<Algorithm>[],
  { attributes, inputs, output }: KernelCall<Conv2dAttributes>,
  precision: Precision,
): ConvolutionChoice<Algorithm> {
  const facts: ConvolutionFacts = {
    is3x3Stride1: attributes.kernel === 3 && attributes.stride === 1,
    channels: Math.min(inputs[0][3], output[3]),
    cells: output[1] * output[2],
    precision,
  };
  return table.find(({ applies }) => applies(facts)) as ConvolutionChoice<Algorithm>;
}

import type { KernelCall } from "../kernel.ts";
import type { MemoryUse, Precision } from "../wasm/kernel.ts";
import type { Conv2dAttributes } from "./op.ts";

export type Convolution = "gemm" | "winograd2" | "winograd4";

/**
 * Which algorithm a convolution gets on `wasm`, and why: the first row that applies. Winograd's F(m x m, 3 x 3)
 * multiplies 2.25 (m = 2) or 4 (m = 4) times less, but its weights take 1.8 or 4 times the memory, and all
 * of them are read once for each block of tiles: on small maps reading them takes longer than it saves.
 *
 * Measured on one core without fused multiply-adds, in effective GFLOP/s, gemm : winograd2 : winograd4:
 * 64² x 256 channels 41 : 90 : 150; 32² x 384 41 : 85 : 124; 16² x 384 in a whole network equal for both
 * Winograds; 8² x 512 41 : 94 : 72; 4² x 512 43 : 47 : 18.
 */
const CHOICES: readonly Choice[] = [
  { convolution: "gemm", reason: "not 3x3 at stride 1", applies: ({ simple }) => !simple },
  { convolution: "gemm", reason: "few channels", applies: ({ channels }) => channels < 8 },
  { convolution: "gemm", reason: "a map below 8x8", applies: ({ cells }) => cells < 64 },
  { convolution: "winograd2", reason: "a map below 32x32", applies: ({ cells }) => cells < 1024 },
  { convolution: "winograd2", reason: "precision exact", applies: ({ precision }) => precision === "exact" },
  { convolution: "winograd4", reason: "3x3 on a large map", applies: () => true },
];

interface Facts {
  readonly simple: boolean;
  /** The fewer of input and output channels: with few, transforms cost more than products. */
  readonly channels: number;
  readonly cells: number;
  readonly precision: Precision;
}

interface Choice {
  readonly convolution: Convolution;
  readonly reason: string;
  applies(facts: Facts): boolean;
}

export function chooseConvolution(
  { attributes, inputs, output }: KernelCall<Conv2dAttributes>,
  precision: Precision,
): { readonly convolution: Convolution; readonly reason: string } {
  const facts: Facts = {
    simple: attributes.kernel === 3 && attributes.stride === 1,
    channels: Math.min(inputs[0][3], output[3]),
    cells: output[1] * output[2],
    precision,
  };
  return CHOICES.find(({ applies }) => applies(facts)) as Choice;
}

/** From here on, transforming weights anew measured at most 3 % of a layer's time, 1.5 % of Hourglass-104's. */
const MIN_CELLS = 128 * 128;

/**
 * Why the weights of a convolution by Winograd stay as they are stored and are transformed anew in each run; undefined
 * where they are transformed once and kept, which takes 1.8 or 4 times the memory.
 */
export function reasonToKeepStored({ output }: KernelCall, memory: MemoryUse): string | undefined {
  if (memory === "low") return "memory low";
  return output[1] * output[2] >= MIN_CELLS ? "a map from 128x128 on" : undefined;
}

import type { Epilogue } from "../../graph/op.ts";
import type { Shape } from "../../tensor.ts";
import { vectorCount, type WgslCall, type WgslConstant, type WgslOperand } from "./kernel.ts";

/** How a kernel finishes its sums: bias, residual and activation, fused into its last write. */
export interface WgslFinish {
  readonly reads: Readonly<Record<string, WgslOperand>>;
  /** WGSL: the expression for the output at `cell` and `vector`, given that of its sum. */
  value(sum: string, cell: string, vector: string): string;
}

export const NO_FINISH: WgslFinish = { reads: {}, value: (sum) => sum };

/** @param bias operand of the constant that `biasConstants` returns. */
export function wgslFinish({ epilogue, output, residual }: WgslCall, bias: WgslOperand): WgslFinish {
  const vectors = vectorCount(output[3]);
  return {
    reads: {
      ...(epilogue.bias && { bias }),
      ...(epilogue.residual && { residual: "residual" }),
    },
    value(sum, cell, vector) {
      let y = sum;
      if (epilogue.bias) y = `${y} + bias[${vector}]`;
      if (epilogue.residual) {
        y = `${y} + residual[${cellOf(residual ?? output, output, cell)} * ${vectors}u + ${vector}]`;
      }
      return activated(y, epilogue.activation);
    },
  };
}

/** WGSL: a cell's index in a map of the output's size, or in one of half that size, read as if it were doubled. */
export function cellOf([, height, width]: Shape, [, outputHeight, outputWidth]: Shape, cell: string): string {
  if (height === outputHeight) return `(${cell})`;
  return `((${cell}) / ${outputWidth}u / 2u * ${width}u + (${cell}) % ${outputWidth}u / 2u)`;
}

export function activated(value: string, activation: Epilogue["activation"]): string {
  if (activation === "none") return value;
  return `${activation}(${value})`;
}

/** The bias as the last of a kernel's constants; none if the epilogue has no bias. */
export function biasConstants({ epilogue, output }: WgslCall): WgslConstant[] {
  return epilogue.bias ? [channelConstant(output[3], [({ bias }) => bias])] : [];
}

/** Lists with one number per channel, each padded to whole vectors. */
export function channelConstant(
  channels: number,
  lists: readonly ((parameters: Readonly<Record<string, Float32Array>>) => ArrayLike<number>)[],
): WgslConstant {
  const vectors = vectorCount(channels);
  return {
    vectors: lists.length * vectors,
    write(target, parameters) {
      for (const [index, list] of lists.entries()) target.set(list(parameters), index * vectors * 4);
    },
  };
}

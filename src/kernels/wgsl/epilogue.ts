import type { Epilogue } from "../../graph/op.ts";
import type { Shape } from "../../tensor.ts";
import { vectorCount, type WgslCall, type WgslConstant, type WgslOperand } from "./kernel.ts";

/** What a kernel's text needs to finish its sums: bias, residual and activation, fused into its last write. */
export interface WgslFinish {
  readonly reads: Readonly<Record<string, WgslOperand>>;
  /** `sum` finished: an expression, for a vector of the output at `cell` and `vector`. */
  value(sum: string, cell: string, vector: string): string;
}

export const NO_FINISH: WgslFinish = { reads: {}, value: (sum) => sum };

/** `bias` names the constant of `biasConstants`. */
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

/** Where a map of the output's size, or one of half that is read as if it were doubled, has the output's cell. */
export function cellOf([, height, width]: Shape, [, outputHeight, outputWidth]: Shape, cell: string): string {
  if (height === outputHeight) return `(${cell})`;
  return `((${cell}) / ${outputWidth}u / 2u * ${width}u + (${cell}) % ${outputWidth}u / 2u)`;
}

export function activated(value: string, activation: Epilogue["activation"]): string {
  if (activation === "none") return value;
  return `${activation}(${value})`;
}

/** One constant, or none where the epilogue has no bias: it stands last among a kernel's. */
export function biasConstants({ epilogue, output }: WgslCall): WgslConstant[] {
  return epilogue.bias ? [channelConstant(output[3], [({ bias }) => bias])] : [];
}

/** Numbers one a channel, several lists of them, each filled up to whole vectors. */
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

import type { Epilogue } from "../../graph/epilogue.ts";
import { LANES, planeCount, type WasmAddresses, type WasmConstant } from "./kernel.ts";

/** The bounds that an activation holds a number between. */
export const BOUNDS = {
  none: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  relu: { low: 0, high: Number.POSITIVE_INFINITY },
  relu6: { low: 0, high: 6 },
} satisfies Record<Epilogue["activation"], { low: number; high: number }>;

/** One number a channel, zeros where the epilogue has no bias. Padded to `multiple` channels. */
export function biasConstant({ bias }: Epilogue, channels: number, multiple = LANES): WasmConstant {
  return {
    floats: Math.ceil(channels / multiple) * multiple,
    write: (target, parameters) => bias && target.set(parameters.bias),
  };
}

/** The fields of a call that finishes with an epilogue; its bias is the kernel's last constant. */
export function epilogueFields({ activation }: Epilogue, at: WasmAddresses) {
  return { bias: at.constants[at.constants.length - 1], residual: at.residual, ...BOUNDS[activation] };
}

/** Numbers one a channel, several lists of them, each filled up to whole planes. */
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

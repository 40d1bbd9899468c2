import type { KernelCall } from "./kernel.ts";
import type { Window } from "./window.ts";

/** The fields of a call that slides a window over each plane by itself. */
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

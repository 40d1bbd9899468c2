import type { InputSize } from "../src/models/model.ts";
import type { Weights } from "../src/tensor.ts";
import { MULTIPOSE_CONSTANTS, singlePoseConstants } from "../test/verify/goldenFiles.ts";

/** What the files of the MoveNets hold for the decode, where only the network's weights are at hand, or none. */
export function poseConstants({ height }: InputSize): Weights {
  const numbers = { ...MULTIPOSE_CONSTANTS, ...singlePoseConstants(height / 4) };
  return new Map(
    Object.entries(numbers).map(([name, value]) => {
      const data = typeof value === "number" ? Float32Array.of(value) : value;
      return [`decode.${name}`, { shape: [data.length], data }];
    }),
  );
}

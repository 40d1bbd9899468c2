import type { InputSize } from "../src/models/model.ts";
import type { Weights } from "../src/tensor.ts";
import { MULTIPOSE_CONSTANTS, singlePoseConstants } from "../test/verify/goldenFiles.ts";

/** The constants that MoveNet's files hold for the decode, for weights that come without them. */
export function poseConstants({ height }: InputSize): Weights {
  const numbers = { ...MULTIPOSE_CONSTANTS, ...singlePoseConstants(height / 4) };
  return new Map(
    Object.entries(numbers).map(([name, value]) => {
      const data = typeof value === "number" ? Float32Array.of(value) : value;
      return [`decode.${name}`, { shape: [data.length], data }];
    }),
  );
}

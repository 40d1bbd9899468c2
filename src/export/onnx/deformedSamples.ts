import { FIRST_MASK, SAMPLES, WINDOW_SIDE } from "../../kernels/deformConv2d/op.ts";
import type { Shape } from "../../tensor.ts";
import type { OnnxBuilder } from "./onnxGraph.ts";

/**
 * What a deformable convolution multiplies with its weights: [1, 9 · channels, height, width], the nine samples of a
 * channel one after the other, times their masks. ONNX's `DeformConv` would be one node, but few engines run it;
 * `GridSample` interpolates in the same way, with zeros outside. Its places are fractions of the map, with half-pixel
 * centers, so they are rounded once more than here. All nine samples lie below each other in one map of 9 · height rows.
 */
export function deformedSamples(builder: OnnxBuilder, x: string, offsets: string, shape: Shape): string {
  const [, height, width, channels] = shape;
  const samples = Array.from({ length: SAMPLES }, (_, k) => k);
  const channelsOf = (indices: readonly number[]) =>
    builder.node("Gather", [offsets, builder.integers([indices.length], indices)], { axis: 1 });
  /** Along one axis: the place without an offset plus the offset, as a fraction from −1 to 1. */
  const places = (
    indices: readonly number[],
    side: number,
    dims: readonly number[],
    steps: readonly number[],
  ) => {
    const fractions = samples.flatMap((k) =>
      Array.from({ length: side }, (_, at) => (2 * (at + steps[k] - 1) + 1) / side - 1),
    );
    const offset = builder.node("Mul", [channelsOf(indices), builder.floats([], [2 / side])]);
    const place = builder.node("Add", [offset, builder.floats([1, SAMPLES, ...dims], fractions)]);
    return builder.node("Unsqueeze", [place, builder.integers([1], [4])]);
  };
  const rows = samples.map((k) => Math.floor(k / WINDOW_SIDE));
  const columns = samples.map((k) => k % WINDOW_SIDE);
  const down = places(
    samples.map((k) => 2 * k),
    height,
    [height, 1],
    rows,
  );
  const across = places(
    samples.map((k) => 2 * k + 1),
    width,
    [1, width],
    columns,
  );
  const pairs = builder.node("Concat", [across, down], { axis: 4 });
  const grid = builder.node("Reshape", [pairs, builder.integers([4], [1, SAMPLES * height, width, 2])]);
  const sampled = builder.node("GridSample", [x, grid], { mode: "bilinear", padding_mode: "zeros" });
  const apart = builder.node("Reshape", [
    sampled,
    builder.integers([5], [1, channels, SAMPLES, height, width]),
  ]);
  const masks = builder.node("Sigmoid", [channelsOf(samples.map((k) => FIRST_MASK + k))]);
  const masked = builder.node("Mul", [apart, masks]);
  return builder.node("Reshape", [masked, builder.integers([4], [1, channels * SAMPLES, height, width])]);
}

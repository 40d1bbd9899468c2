import type { Tensor } from "../../tensor.ts";
import { type GoldenTap, inTapLayout } from "../goldenCase.ts";
import type { DecodedTap, TapSource } from "../verifyCase.ts";
import { rowOutcome } from "./tripletOutcomes.ts";
import type { TripletStep, TripletSteps } from "./tripletRows.ts";

/**
 * Taps of the keypoint triplet models beyond the network's layers: the canvases, the heads of the mirrored
 * pair, and the decode. `layer` maps layer names to the graph's values.
 */
export function tripletStepSource(
  tap: GoldenTap,
  layer: (name: string) => string | undefined,
): TapSource<TripletSteps> | undefined {
  const { scale, name } = scaleAndName(tap.name);
  const at = ({ views }: TripletSteps) =>
    views.filter(({ transform }) => scale === undefined || transform.scale === scale);
  if (name === "input")
    return {
      decoded: (steps) =>
        exact(
          batch(
            at(steps).map(({ image }) => image),
            tap,
          ),
        ),
    };
  if (name === "geometry") return { decoded: (steps) => exact(geometry(at(steps)[0])) };
  const value = layer(name);
  if (value !== undefined) return { decoded: (steps) => maps(at(steps), value, tap) };
  const outcome = rowOutcome(name);
  return outcome && { outcome: (steps, _, golden) => outcome({ views: at(steps), steps, tap, golden }) };
}

/** `scale1.2.decode.center` → 1.2 and `decode.center`. Cases with a single scale do not state it. */
export function scaleAndName(tap: string): { scale?: number; name: string } {
  const [, scale, name = tap] = /^(?:scale(\d+(?:\.\d+)?)\.)?(.*)$/.exec(tap) ?? [];
  return { ...(scale !== undefined && { scale: Number(scale) }), name };
}

/** The maps of the tap's images, concatenated in its layout. */
function maps(views: readonly TripletStep[], value: string, tap: GoldenTap): DecodedTap | undefined {
  const found = views.slice(0, tap.shape[0]).map(({ values }) => values.get(value));
  const all = found.filter((map) => map !== undefined);
  return all.length === tap.shape[0] ? { values: batch(all, tap), unitsPerOutput: 1 } : undefined;
}

function batch(images: readonly Tensor[], { shape, layout }: GoldenTap): Float32Array {
  const [count] = shape;
  const parts = images.slice(0, count).map((image) => inTapLayout(image, layout));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** The canvas's geometry as the reference lists it; the borders are those of the crop. */
function geometry({ transform, canvas }: TripletStep): Float32Array {
  const { cellsPerPixelX, cellsPerPixelY, left, top, width, height } = transform;
  const right = Math.min(left + width, canvas.width - 1);
  const bottom = Math.min(top + height, canvas.height - 1);
  return Float32Array.of(cellsPerPixelY, cellsPerPixelX, top, bottom, left, right, height, width);
}

function exact(values: Float32Array): DecodedTap {
  return { values, unitsPerOutput: 1, quantity: "exact" };
}

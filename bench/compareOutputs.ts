import { BackendError } from "../src/errors.ts";
import { formatShape, sameShape } from "../src/tensor.ts";
import type { EngineOutputs } from "./engines/engine.ts";

/**
 * Max and root mean square difference allowed between two engines. Maps: in standard deviations of the map, as in the
 * golden cases; the largest measured was 2.7e-4, on trained weights. Poses: fractions of the input's side, and scores.
 */
const TOLERANCE = { maps: { largest: 5e-3, rms: 5e-4 }, poses: { largest: 1e-3, rms: 1e-3 } };

/**
 * Proves that a peer computed the same network: compares both engines' outputs for one image and returns the max
 * difference, in the units above.
 *
 * @throws BackendError if they disagree.
 */
export function compareOutputs(peer: string, own: EngineOutputs, theirs: EngineOutputs): number {
  const names = Object.keys(theirs);
  let worst = 0;
  for (const name of names) {
    const where = `${name} of ${peer}`;
    const expected = own[name];
    const got = theirs[name];
    if (!expected || !sameShape(expected.shape, got.shape)) {
      throw new BackendError({
        where,
        expected: `the shape ${expected ? formatShape(expected.shape) : "of an output here"}`,
        got: formatShape(got.shape),
      });
    }
    const tolerance = name === "poses" ? TOLERANCE.poses : TOLERANCE.maps;
    const { largest, rms } = differences(expected.data, got.data, name === "poses" ? 1 : undefined);
    // Written so that NaN fails.
    if (!(largest <= tolerance.largest && rms <= tolerance.rms)) {
      throw new BackendError({
        where,
        expected: `the numbers of centernet within ${tolerance.largest} (rms ${tolerance.rms})`,
        got: `${largest.toPrecision(2)} (rms ${rms.toPrecision(2)})`,
        hint: "One of them is wrong, and no time of it means anything.",
      });
    }
    worst = Math.max(worst, largest);
  }
  if (names.length === 0) throw new BackendError({ where: peer, expected: "outputs", got: "none" });
  return worst;
}

/** In units of `unit`; by default, the standard deviation of the expected map. */
function differences(
  expected: Float32Array,
  got: Float32Array,
  unit = deviation(expected),
): { largest: number; rms: number } {
  let largest = 0;
  let squares = 0;
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs(got[index] - value);
    if (!(difference <= largest)) largest = difference;
    squares += difference ** 2;
  }
  return { largest: largest / unit, rms: Math.sqrt(squares / expected.length) / unit };
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

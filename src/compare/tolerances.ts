/** How far two runs of one network may be apart, by what they differ in. */
import type { BackendDetails } from "../backend/backendDetails.ts";

/** On what a network ran. */
export interface RunFacts {
  readonly model: string;
  readonly backend: string;
  readonly backendDetails: BackendDetails;
  /** Whether layers ran fused. */
  readonly fused: boolean;
}

export interface DefaultTolerance {
  /** In standard deviations of a layer. */
  readonly max: number;
  readonly reason: string;
}

/**
 * The largest difference of a single number in any layer, where only the order of sums differed:
 *
 *     MoveNets                           1.5e-3
 *     CenterFace                         2e-4
 *     zoo at 128 x 128 and 512 x 512     1.4e-3, Hourglass-104 2.5e-3, at 1024 x 1024 6.0e-3
 *     a narrow triplet hourglass         7e-4
 *
 * and at most 1.5e-3 where neither run used Winograd's F(4 x 4). A wrong weight or padding changes some number by a tenth
 * of a standard deviation and more.
 */
const ROUNDING = { plain: 5e-3, winograd: 1e-2 };

/** `undefined` stands for values of which nothing is known, `dump` for another program's. */
export function defaultTolerance(
  a: RunFacts | undefined,
  b: RunFacts | "dump" | undefined,
): DefaultTolerance {
  if (!a || !b) {
    return { max: ROUNDING.winograd, reason: "it is not known how the values were computed" };
  }
  if (b === "dump") return { max: ROUNDING.winograd, reason: "another program adds up in another order" };
  const differing = differencesOf(a, b);
  if (differing.length === 0) return { max: 0, reason: "both compute the same in the same order" };
  const subject = inWords(differing);
  const usesWinograd = [a, b].some(({ backendDetails: { precision } }) => precision === "default");
  if (!usesWinograd) return { max: ROUNDING.plain, reason: `another ${subject} rounds in another order` };
  const reason = `another ${subject} rounds in another order, and Winograd's convolutions round more`;
  return { max: ROUNDING.winograd, reason };
}

/** The number of threads, and memory, change no bit. */
function differencesOf(a: RunFacts, b: RunFacts): string[] {
  const [of, other] = [a.backendDetails, b.backendDetails];
  const differ = {
    model: a.model !== b.model,
    backend: a.backend !== b.backend,
    build: of.build !== other.build && a.backend === b.backend,
    precision: of.precision !== other.precision && a.backend === b.backend,
    adapter: of.adapter !== other.adapter && a.backend === b.backend,
    fusing: a.fused !== b.fused,
  };
  return Object.entries(differ).flatMap(([name, does]) => (does ? [name] : []));
}

function inWords(names: readonly string[]): string {
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

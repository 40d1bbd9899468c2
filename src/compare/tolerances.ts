import type { BackendDetails } from "../backend/backendDetails.ts";

/** On what a network ran. */
export interface RunFacts {
  readonly model: string;
  readonly backend: string;
  readonly backendDetails: BackendDetails;
  /** Whether layers ran fused. */
  readonly fused: boolean;
}

/** The largest difference, in standard deviations of a layer, that two runs may have, and why. */
export function defaultTolerance(
  a: RunFacts | undefined,
  b: RunFacts | "dump" | undefined,
): { readonly max: number; readonly reason: string } {
  return { max: 5e-3, reason: `${a}${b}` };
}

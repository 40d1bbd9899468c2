import { type TruthSummary, truthSummary } from "../truth/truthSummary.ts";
import type { CaseReport, TapReport } from "../verifyCase.ts";

/** A report as `verify --json` prints it. Numbers that are not finite become null in JSON. */
export function reportJson({ firstBeyond, taps, ...report }: CaseReport): Record<string, unknown> {
  const truth: TruthSummary | undefined = truthSummary(taps);
  return {
    ...report,
    ...(firstBeyond && { firstBeyond: firstBeyond.name }),
    ...(truth && { truth }),
    taps: taps.map(tapJson),
  };
}

/** The comparison's fields beside the tap's own. */
function tapJson({ compared, truth, ...tap }: TapReport): Record<string, unknown> {
  const { pass: _, ...numbers } = compared ?? {};
  return { ...tap, ...numbers, ...(truth && { truth }) };
}

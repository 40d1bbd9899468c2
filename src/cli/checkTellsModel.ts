import { UsageError } from "../errors.ts";

/** @throws UsageError where neither a name nor weights tell which model is meant. */
export function checkTellsModel(name: string | undefined, weights: string | undefined): void {
  if (name !== undefined || weights !== undefined) return;
  throw new UsageError({
    where: "argument <model>",
    expected: "it to be given, or --weights",
    got: "neither",
    hint: "See centernet models.",
  });
}

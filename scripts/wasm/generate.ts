import { callClasses } from "./callClasses.ts";
import { depthwiseRow } from "./depthwiseRow.ts";
import { gemmTile } from "./gemmTile.ts";

/** The AssemblyScript files that are written by a program, by name. */
export function generatedSources(relaxed: boolean): Record<string, string> {
  return {
    "calls.ts": callClasses(),
    "gemmTile.ts": gemmTile(relaxed),
    "depthwiseRow.ts": [depthwiseRow(1, relaxed), depthwiseRow(2, relaxed)].join("\n"),
  };
}

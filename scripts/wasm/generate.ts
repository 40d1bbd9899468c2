import { winogradMatrices } from "../../src/kernels/conv2d/winogradMatrices.ts";
import { callClasses } from "./callClasses.ts";
import { depthwiseRow } from "./depthwiseRow.ts";
import { gemmTile } from "./gemmTile.ts";
import { EDGE_FUNCTIONS, winogradLayer } from "./winogradLayer.ts";
import { winogradTransforms } from "./winogradTransforms.ts";

const TILES = [2, 4] as const;

/** The generated AssemblyScript files, by name. */
export function generatedSources(relaxed: boolean): Record<string, string> {
  return {
    "calls.ts": callClasses(),
    "gemmTile.ts": gemmTile(relaxed),
    "depthwiseRow.ts": depthwiseRow(relaxed),
    "winogradTransforms.ts": TILES.map((m) => winogradTransforms(winogradMatrices(m), relaxed)).join("\n"),
    "winograd.ts": [
      `import { ${TILES.map((m) => `Winograd${m}Call, WinogradWeights${m}Call`).join(", ")} } from "./calls";`,
      'import { gemmTiles, TILE_CELLS } from "./gemmTile";',
      `import {\n${TILES.map((m) => `  inputTransform${m}, outputTransform${m}, weightTransform${m},`).join("\n")}\n} from "./winogradTransforms";`,
      ...TILES.map(winogradLayer),
      EDGE_FUNCTIONS,
    ].join("\n"),
  };
}

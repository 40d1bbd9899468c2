import { existsSync } from "node:fs";
import { join } from "node:path";
import { ZOO } from "../../src/models/zoo/zoo.ts";
import { zooGraph } from "../../src/models/zoo/zooArchitecture.ts";
import { ALL_GOLDENS } from "./goldens.ts";
import { mayBeLeftOut } from "./required.ts";

/** Folders of the golden models of the zoo by name; empty without CENTERNET_GOLDENS. */
export const ZOO_MODELS: ReadonlyMap<string, string> = new Map(
  ZOO.flatMap(({ name }) => {
    const folder = join(ALL_GOLDENS ?? "", "tf", name);
    return ALL_GOLDENS !== undefined && (existsSync(folder) || !mayBeLeftOut) ? [[name, folder]] : [];
  }),
);

/** The folder of archives and small bundles that the real exporter wrote, if CENTERNET_CHECKPOINTS names it. */
export const CHECKPOINTS = process.env.CENTERNET_CHECKPOINTS;

/** All that the weights of a model of the zoo must hold. */
export function parametersOf(model: string): Map<string, readonly number[]> {
  const row = ZOO.find(({ name }) => name === model);
  if (!row) throw new Error(`no model ${model}`);
  const { parameters } = zooGraph(row.architecture, { height: row.side, width: row.side });
  return new Map(Object.entries(parameters).map(([name, { shape }]) => [name, shape]));
}

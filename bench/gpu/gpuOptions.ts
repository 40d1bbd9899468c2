import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolders } from "../../src/cli/files/outputTarget.ts";
import { MODELS } from "../../src/models/models.ts";
import type { GpuNetwork } from "./gpuNetwork.ts";

/** The networks to measure; by default all whose input size does not depend on the image. */
export function wantedNetworks({
  only,
  size,
}: {
  readonly only?: readonly string[];
  readonly size?: number;
}): GpuNetwork[] {
  const wanted = MODELS.filter(({ name, sizedByImage }) => only?.includes(name) ?? !sizedByImage);
  return wanted.map(({ name, defaultSize }) => ({ model: name, side: size ?? defaultSize.width }));
}

/** Writes the results so far, if a file was named. */
export async function keep(results: object, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  await makeFolders(dirname(path));
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`);
}

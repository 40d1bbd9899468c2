import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathText, systemPath } from "../../platform/pathBytes.ts";

/**
 * The files that a path stands for in which bytes that are not UTF-8 were replaced (U+FFFD): all whose names would
 * read so. The path itself if it exists or has no replacement.
 */
export async function exactPaths(path: string): Promise<string[]> {
  if (!path.includes("\ufffd") || existsSync(path)) return [path];
  const above = dirname(path);
  const folders = above === path || !above.includes("\ufffd") ? [above] : await exactPaths(above);
  const found: string[] = [];
  for (const folder of folders) {
    const names = await readdir(systemPath(folder), { encoding: "buffer" }).catch(() => []);
    const fitting = names.filter((name) => join(above, name.toString()) === path);
    found.push(...fitting.map((name) => join(folder, pathText(name))));
  }
  return found.length > 0 ? found : [path];
}

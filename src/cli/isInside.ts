import { isAbsolute, relative, sep } from "node:path";

/** Whether the path is the folder or lies below it, by name alone. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

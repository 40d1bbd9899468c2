import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The package's root. It lies two folders up both from this file and from the built one. */
const ROOT = new URL("../../", import.meta.url);

/** The path of a file or folder of the package. */
export function inPackage(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

/** Whether this is a clone, whose built files change, and not an installed package. */
export function isClone(): boolean {
  return existsSync(inPackage("site/index.html"));
}

import { readFileSync } from "node:fs";
import { inPackage } from "./packageFolder.ts";

/** The package's version. */
export function version(): string {
  const text = readFileSync(inPackage("package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

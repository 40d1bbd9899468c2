import { readFileSync } from "node:fs";

/** This package's, from its package.json: two folders up from here as well as from the built file. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

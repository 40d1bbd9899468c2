// Bundles the code of the wasm executor's threads as a string in a TypeScript module, so that Node, browsers, bundlers
// and tests can all import it without fetching a file.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const SOURCE = "src/executors/wasm/threads/threadCode.ts";
const RESULT = "src/executors/wasm/generated";
const RESULT_FILE = join(RESULT, "threadCode.ts");

export async function buildThreadCode() {
  const { outputFiles } = await build({
    entryPoints: [SOURCE],
    bundle: true,
    format: "iife",
    globalName: "thread",
    target: "es2022",
    minify: true,
    write: false,
  });
  const text = [
    `// Written by scripts/buildThreadCode.mjs from ${SOURCE}.`,
    "/** A script that defines `thread.serve(port)`. */",
    `export const THREAD_CODE = ${JSON.stringify(outputFiles[0].text.trim())};`,
    "",
  ].join("\n");
  if (existsSync(RESULT_FILE) && readFileSync(RESULT_FILE, "utf8") === text) return;
  mkdirSync(RESULT, { recursive: true });
  writeFileSync(RESULT_FILE, text);
}

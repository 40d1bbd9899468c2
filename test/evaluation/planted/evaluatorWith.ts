/** The evaluator as a bundle of its own, with one mistake in it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { evaluate } from "../../../src/evaluation/evaluate.ts";
import type { readAnnotations } from "../../../src/evaluation/reading/annotations.ts";
import type { readResults } from "../../../src/evaluation/reading/results.ts";

export interface Evaluator {
  readonly readAnnotations: typeof readAnnotations;
  readonly readResults: typeof readResults;
  readonly evaluate: typeof evaluate;
}

export interface Mistake {
  /** What is done wrong. */
  readonly name: string;
  /** In src/evaluation/. */
  readonly file: string;
  /** Each stands once in the file. */
  readonly changes: readonly (readonly [find: string, replace: string])[];
  /** The golden case that must notice it. */
  readonly caughtBy: string;
}

const SOURCE = fileURLToPath(new URL("../../../src/evaluation/", import.meta.url));
const ENTRY = `
  export { evaluate } from "./evaluate.ts";
  export { readAnnotations } from "./reading/annotations.ts";
  export { readResults } from "./reading/results.ts";
`;

/** @throws Error if a change's text does not stand exactly once in its file. */
export async function evaluatorWith({
  file,
  changes,
}: Pick<Mistake, "file" | "changes">): Promise<Evaluator> {
  let text = await readFile(join(SOURCE, file), "utf8");
  for (const [find, replace] of changes) {
    const parts = text.split(find);
    if (parts.length !== 2) throw new Error(`${file} has ${JSON.stringify(find)} ${parts.length - 1} times`);
    text = parts.join(replace);
  }
  const path = join(SOURCE, file);
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: SOURCE },
    bundle: true,
    format: "esm",
    write: false,
    plugins: [
      {
        name: "mistake",
        setup(bundle) {
          bundle.onLoad({ filter: /\.ts$/ }, (args) => {
            return args.path === path ? { contents: text, loader: "ts" } : undefined;
          });
        },
      },
    ],
  });
  const code = Buffer.from(outputFiles[0].contents).toString("base64");
  return import(/* @vite-ignore */ `data:text/javascript;base64,${code}`);
}

/** The large case of COCO evaluation, beside pycocotools and hotcoco, which a Python of the user's has. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { parsePath, valueOption } from "../src/cli/arguments/options.ts";
import type { Io } from "../src/cli/io.ts";
import { UsageError } from "../src/errors.ts";
import { countUpTo } from "./options.ts";
import { describeMachine } from "./results.ts";
import { runProgram } from "./runProgram.ts";

const MAX_RUNS = 100;
const HINT = "npm run build makes centernet; pip install pycocotools hotcoco installs the peers.";
/** Rows may differ by rounding of sums. */
const TOLERANCE = 1e-12;

interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
  readonly stats: readonly number[];
}

interface EvalFlags {
  readonly python: string;
  readonly runs?: number;
}

export function addEvalBench(program: Command, io: Io): void {
  program
    .command("eval")
    .description("COCO evaluation of 500,000 boxes, loading included, beside pycocotools and hotcoco.")
    .addOption(
      valueOption(
        "--python <program>",
        "a Python with pycocotools and hotcoco (default: python3)",
        parsePath,
      ).default("python3"),
    )
    .addOption(valueOption("--runs <n>", "runs of each, in turn (default: 3)", countUpTo(MAX_RUNS)))
    .action((flags: EvalFlags) => evalBench(flags, io));
}

async function evalBench({ python, runs = 3 }: EvalFlags, io: Io): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "centernet-eval-"));
  try {
    const options = { signal: io.signal, hint: HINT };
    await runProgram([process.execPath, "test/goldens/coco-eval/make-large.mjs", folder, "boxes"], options);
    io.stdout.write(
      `${describeMachine()}; 5,000 images, 500,000 boxes; minima of ${runs} runs, one process each\n`,
    );
    const best = new Map<string, Measured>();
    const commands: Readonly<Record<string, readonly string[]>> = {
      centernet: [process.execPath, "bench/evalOwn.mjs", folder],
      hotcoco: [python, "bench/evalPeers.py", "hotcoco", folder],
      pycocotools: [python, "bench/evalPeers.py", "pycocotools", folder],
    };
    for (let i = 0; i < runs; i++) {
      for (const [name, command] of Object.entries(commands)) {
        const measured = JSON.parse(await runProgram(command, options)) as Measured;
        const before = best.get(name);
        if (!before || measured.seconds < before.seconds) best.set(name, measured);
      }
    }
    const own = best.get("centernet");
    for (const [name, { seconds, megabytes, stats }] of best) {
      const differs = stats.some((value, row) => Math.abs(value - (own?.stats[row] ?? 0)) > TOLERANCE);
      if (differs) throw new UsageError({ where: name, expected: "the same rows", got: stats.join(", ") });
      const ratio = seconds / (own?.seconds ?? seconds);
      const line = `${name.padEnd(12)} ${seconds.toFixed(2).padStart(7)} s ${megabytes.toFixed(0).padStart(5)} MB`;
      io.stdout.write(`${line}  ${ratio.toFixed(2)} times centernet's time\n`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

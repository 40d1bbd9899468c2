/** `centernet detect` on a folder of photos, beside an earlier build of it and a Python loop: whole commands. */
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { parsePath, valueOption } from "../src/cli/arguments/options.ts";
import type { Io } from "../src/cli/io.ts";
import { countUpTo } from "./options.ts";
import { CLI, inRepository } from "./paths.ts";
import { describeMachine } from "./results.ts";
import { runProgram } from "./runProgram.ts";

const PHOTOS = 60;
const MAX_RUNS = 100;
const SAMPLES = ["people.jpg", "grace-hopper.jpg", "rocket.jpg"];
const HINT = "npm run build makes the command; pip install onnxruntime pillow numpy installs the peer's.";

interface FolderFlags {
  readonly python?: string;
  readonly other?: string;
  readonly photos?: string;
  readonly runs?: number;
}

export function addFolder(program: Command, io: Io): void {
  program
    .command("folder")
    .description(`centernet detect on ${PHOTOS} photos with the default model, start-up included.`)
    .addOption(
      valueOption("--other <cli.js>", "another build of the command, run in turns with it", parsePath),
    )
    .addOption(valueOption("--python <program>", "a Python with onnxruntime and Pillow", parsePath))
    .addOption(valueOption("--photos <folder>", "other photos than the samples, in turn", parsePath))
    .addOption(valueOption("--runs <n>", "runs of each, in turn (default: 5)", countUpTo(MAX_RUNS)))
    .action((flags: FolderFlags) => folderBench(flags, io));
}

async function folderBench({ python, other, photos, runs = 5 }: FolderFlags, io: Io): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "centernet-folder-"));
  const options = { signal: io.signal, hint: HINT };
  try {
    const input = photos ?? (await copiesOfSamples(join(folder, "photos")));
    const detect = (cli: string) => [process.execPath, cli, "detect", input, "--quiet"];
    const [drawn, lines] = [join(folder, "drawn"), join(folder, "results.jsonl")];
    const commands = new Map<string, readonly string[]>();
    for (const [name, cli] of Object.entries({ centernet: CLI, ...(other && { other }) })) {
      commands.set(`${name}, no drawings`, [...detect(cli), "--no-draw", "--json", lines]);
      commands.set(`${name}, drawings`, [...detect(cli), "--out", drawn]);
    }
    if (python) {
      const onnx = join(folder, "network.onnx");
      await runProgram([process.execPath, CLI, "export", "movenet-multipose", "--output", onnx], options);
      commands.set("Python, no drawings", [python, inRepository("bench/folderPeer.py"), onnx, input]);
    }
    const best = new Map<string, number>();
    for (let round = 0; round < runs; round++) {
      for (const [name, command] of commands) {
        await rm(drawn, { recursive: true, force: true });
        const start = performance.now();
        await runProgram(command, options);
        best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, performance.now() - start));
      }
    }
    io.stdout.write(`${describeMachine()}; minima of ${runs} runs\n`);
    for (const [name, milliseconds] of best) {
      const own = best.get(`centernet, ${name.split(", ")[1]}`) ?? milliseconds;
      const seconds = (milliseconds / 1000).toFixed(2).padStart(6);
      io.stdout.write(
        `${name.padEnd(24)} ${seconds} s  ${(milliseconds / own).toFixed(2)} times centernet's time\n`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copiesOfSamples(folder: string): Promise<string> {
  await mkdir(folder);
  for (let index = 0; index < PHOTOS; index++) {
    const sample = inRepository(`samples/${SAMPLES[index % SAMPLES.length]}`);
    await copyFile(sample, join(folder, `${index}.jpg`));
  }
  return folder;
}

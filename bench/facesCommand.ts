/** `centernet anonymize` on a folder of photos, beside deface, which has the same network: whole commands, start-up included. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { parsePath, valueOption } from "../src/cli/arguments/options.ts";
import type { Io } from "../src/cli/io.ts";
import { decodeImage } from "../src/image/imageFile.ts";
import { encodeJpeg } from "../src/image/jpeg/encodeJpeg.ts";
import { readBytes } from "../src/platform/node.ts";
import { countUpTo } from "./options.ts";
import { CLI, SAMPLE_IMAGE } from "./paths.ts";
import { cropped } from "./prepareNetwork.ts";
import { describeMachine } from "./results.ts";
import { runProgram } from "./runProgram.ts";

const PHOTOS = 20;
const SIZE = { height: 480, width: 640 };
const MAX_RUNS = 100;
const HINT = "npm run build makes the command; pip install deface onnx onnxruntime installs deface.";

interface FacesFlags {
  readonly python: string;
  readonly runs?: number;
}

export function addFaces(program: Command, io: Io): void {
  program
    .command("faces")
    .description(
      `centernet anonymize on ${PHOTOS} photos of ${SIZE.width} x ${SIZE.height}, start-up included, beside deface.`,
    )
    .addOption(
      valueOption(
        "--python <program>",
        "a Python with deface and onnxruntime (default: python3)",
        parsePath,
      ).default("python3"),
    )
    .addOption(valueOption("--runs <n>", "runs of each, in turn (default: 3)", countUpTo(MAX_RUNS)))
    .action((flags: FacesFlags) => faces(flags, io));
}

async function faces({ python, runs = 3 }: FacesFlags, io: Io): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "centernet-faces-"));
  try {
    const photos = await writePhotos(join(folder, "photos"));
    const anonymize = (out: string, ...options: string[]) => {
      return [process.execPath, CLI, "anonymize", join(folder, "photos"), "--out", out, ...options];
    };
    const commands: Readonly<Record<string, (out: string) => readonly string[]>> = {
      "centernet, sizes 640 and 1280": (out) => anonymize(out),
      "centernet, size 640": (out) => anonymize(out, "--sides", "640"),
      deface: () => [python, "-m", "deface.deface", ...photos, "--backend", "onnxrt"],
    };
    const best = new Map<string, number>();
    for (let round = 0; round < runs; round++) {
      for (const [name, command] of Object.entries(commands)) {
        const start = performance.now();
        await runProgram(command(join(folder, `${name} ${round}`)), { signal: io.signal, hint: HINT });
        best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, performance.now() - start));
      }
    }
    io.stdout.write(`${describeMachine()}; ${PHOTOS} photos; minima of ${runs} runs\n`);
    const theirs = best.get("deface") ?? 0;
    for (const [name, milliseconds] of best) {
      const seconds = (milliseconds / 1000).toFixed(2);
      io.stdout.write(`${name.padEnd(30)} ${seconds.padStart(6)} s  ${(theirs / milliseconds).toFixed(2)}\n`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Different parts of the sample image. */
async function writePhotos(folder: string): Promise<string[]> {
  await mkdir(folder);
  const image = decodeImage(await readBytes(SAMPLE_IMAGE), SAMPLE_IMAGE);
  const paths: string[] = [];
  for (let index = 0; index < PHOTOS; index++) {
    const left = Math.floor(((image.width - SIZE.width) * index) / (PHOTOS - 1));
    const path = join(folder, `photo-${index}.jpg`);
    await writeFile(path, encodeJpeg(cropped(image, SIZE, left)));
    paths.push(path);
  }
  return paths;
}

import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { ModelError, oneLine } from "../../errors.ts";
import { archiveAddress, ZOO } from "../../models/zoo/zoo.ts";
import { archivePath, cachedArchive } from "../../platform/node.ts";
import { nearestNames } from "../../support/nearestNames.ts";
import { Interruption } from "../failures.ts";
import { print, printError, type Session } from "../io.ts";
import { parsePath, valueOption } from "../options.ts";
import { archiveSource } from "../pull/archiveSource.ts";
import { downloadArchive } from "../pull/downloadArchive.ts";
import { DownloadBar } from "../pull/downloadBar.ts";
import { formatBytes, formatCount } from "../terminal/formatNumber.ts";

const HELP = `
Archives are those of the TensorFlow 2 detection zoo: centernet models lists
them. They go to the folder of --cache, or else of the environment variable
CENTERNET_CACHE, or else to centernet in XDG_CACHE_HOME or ~/.cache; all but
the first are searched where a model needs its weights.

A pull that was stopped goes on where it was when it is called again. An archive
gets its name only once it is whole and its checksum is right.

Examples:
  centernet pull centernet_resnet50_v2_512x512_coco17_tpu-8
  centernet pull centernet_mobilenetv2fpn_512x512_coco17_od \\
    --from https://example.org/models/`;

interface PullFlags {
  readonly from?: string;
  readonly cache?: string;
}

export function addPull(program: Command, session: Session): void {
  const from = "the URL of the archive, or of its folder with a / at the end (default: the zoo's)";
  program
    .command("pull")
    .description("Download the archive that holds a model's weights.")
    .argument("<model>", "see centernet models")
    .addOption(valueOption("--from <url>", from, String))
    .addOption(valueOption("--cache <folder>", "where archives are kept", parsePath))
    .addHelpText("after", HELP)
    .action((name: string, flags: PullFlags) => pull(name, flags, session));
}

async function pull(name: string, { from, cache }: PullFlags, session: Session): Promise<void> {
  const url = archiveSource(publicAddress(name), from);
  const cached = await cachedArchive(name, cache);
  if (cached !== undefined) return tell("in the cache already", cached, session);
  const path = archivePath(name, cache);
  const bar = new DownloadBar(session.stderr);
  let size = 0;
  try {
    await downloadArchive({
      url,
      path,
      signal: session.signal,
      onProgress(received, total) {
        size = received;
        bar.update(received, total);
      },
      onRetry(reason) {
        bar.hide();
        printError(session, reason);
      },
    });
  } catch (error) {
    if (!(error instanceof Interruption) || error.message === "" || size === 0) throw error;
    const message = `${error.message} after ${formatBytes(size)}, which are kept: pull again to go on`;
    throw new Interruption(message, error.exitCode);
  } finally {
    bar.stop();
  }
  await tell("pulled", path, session);
}

function publicAddress(name: string): string {
  const row = ZOO.find((candidate) => candidate.name === name);
  if (row) return archiveAddress(row);
  const names = ZOO.map((candidate) => candidate.name);
  const nearest = nearestNames([name], names).get(name);
  throw new ModelError({
    where: `model ${name}`,
    expected: `one that has an archive: ${names.join(", ")}`,
    got: "another name",
    hint: nearest && `Did you mean ${nearest}?`,
  });
}

async function tell(how: string, path: string, session: Session): Promise<void> {
  const { size } = await stat(path);
  print(session, `${how}: ${oneLine(path)}, ${formatCount(size)} bytes`);
}

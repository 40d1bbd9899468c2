import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { quote } from "../../checkpoints/bytes/json.ts";
import { ModelError, UsageError } from "../../errors.ts";
import { archiveAddress, ZOO } from "../../models/zoo/zoo.ts";
import { archivePath, cachedArchive } from "../../platform/archiveCache.ts";
import { nearestNames } from "../../support/nearestNames.ts";
import { Interruption } from "../failures.ts";
import { print, printError, type Session } from "../io.ts";
import { parsePath, valueOption } from "../options.ts";
import { downloadArchive, isSafe } from "../pull/downloadArchive.ts";
import { DownloadBar } from "../pull/downloadBar.ts";
import { formatBytes, formatCount } from "../terminal/formatNumber.ts";

const HELP = `
The archives are those of the TensorFlow 2 detection zoo; centernet models lists
them. They are kept in the folder given by --cache, else by the environment
variable CENTERNET_CACHE, else in centernet below XDG_CACHE_HOME or ~/.cache.
Models look for their weights in all of these but the first.

They come by https; plain http is accepted from this machine only. If a pull is
stopped, the next one continues it. An archive gets its name only once it is
whole and its checksum is right. Its SHA-256 is printed.

Examples:
  centernet pull centernet_resnet50_v2_512x512_coco17_tpu-8
  centernet pull centernet_mobilenetv2fpn_512x512_coco17_od \\
    --from https://example.org/models/`;

interface PullFlags {
  readonly from?: string;
  readonly cache?: string;
}

export function addPull(program: Command, session: Session): void {
  const from = "URL of the archive, or of its folder with a / at the end (default: the zoo's)";
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
  const url = archiveUrl(publicAddress(name), from);
  const cached = await cachedArchive(name, cache);
  if (cached !== undefined) return printArchive("already in the cache", cached, session);
  const path = archivePath(name, cache);
  let checksum = "";
  const bar = new DownloadBar(session.stderr);
  let received = 0;
  try {
    checksum = await downloadArchive({
      url,
      path,
      signal: session.signal,
      onProgress(bytes, total) {
        received = bytes;
        bar.update(bytes, total);
      },
      onRetry(reason) {
        bar.hide();
        printError(session, reason);
      },
    });
  } catch (error) {
    if (!(error instanceof Interruption) || error.message === "" || received === 0) throw error;
    const message = `${error.message} after ${formatBytes(received)}, which are kept: pull again to continue`;
    throw new Interruption(message, error.exitCode);
  } finally {
    bar.stop();
  }
  await printArchive("pulled", path, session);
  print(session, `SHA-256: ${checksum}`);
}

function publicAddress(name: string): string {
  const row = ZOO.find((candidate) => candidate.name === name);
  if (row) return archiveAddress(row);
  const names = ZOO.map((candidate) => candidate.name);
  const nearest = nearestNames([name], names).get(name);
  throw new ModelError({
    where: `model ${name}`,
    expected: `a model that has an archive (${names.join(", ")})`,
    got: "another name",
    hint: nearest && `Did you mean ${nearest}?`,
  });
}

/**
 * Where an archive is downloaded from: its public address, or `--from`, which is the URL of a file, or of a
 * folder, with a slash at the end, that holds the archive under its own name.
 *
 * @throws UsageError for anything but an https URL, or an http one of this machine.
 */
export function archiveUrl(publicAddress: string, from?: string): URL {
  const address = new URL(publicAddress);
  if (from === undefined) return address;
  const mirror = URL.canParse(from) ? new URL(from) : undefined;
  if (!mirror || !isSafe(mirror)) {
    const expected = "an https URL, as in https://example.org/models/";
    const hint = mirror?.protocol === "http:" ? "Plain http is accepted from localhost only." : undefined;
    throw new UsageError({ where: "option --from", expected, got: quote(from), hint });
  }
  if (mirror.pathname.endsWith("/")) mirror.pathname += address.pathname.split("/").at(-1);
  return mirror;
}

async function printArchive(status: string, path: string, session: Session): Promise<void> {
  const { size } = await stat(path);
  print(session, `${status}: ${path}, ${formatCount(size)} bytes`);
}

import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { quote } from "../../checkpoints/bytes/json.ts";
import { ModelError, UsageError } from "../../errors.ts";
import { modelNamed } from "../../models/models.ts";
import { archiveAddress, ZOO } from "../../models/zoo/zoo.ts";
import { archivePath, cachedArchive } from "../../platform/archiveCache.ts";
import { packagedWeights } from "../../platform/packagedWeights.ts";
import { parsePath, valueOption } from "../arguments/options.ts";
import { Interruption } from "../failures.ts";
import { print, printError, type Session } from "../io.ts";
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

async function pull(name: string, flags: PullFlags, session: Session): Promise<void> {
  const { name: model } = modelNamed(name);
  if (packagedWeights(model))
    print(session, `nothing to pull: the weights of ${model} ship with this package`);
  else await pullModel(name, flags, session, { say: print, note: () => {} });
}

/**
 * Makes sure that the archive of a model is in the cache, and reports; the size comes, as a note, before the download.
 *
 * @throws ModelError if the model has no archive, or as `downloadArchive` does.
 */
export async function pullModel(
  name: string,
  { from, cache }: PullFlags,
  session: Session,
  { say, note }: Readonly<Record<"say" | "note", (session: Session, line: string) => void>>,
): Promise<void> {
  const url = archiveUrl(publicAddress(name), from);
  const cached = await cachedArchive(name, cache);
  if (cached !== undefined) return printArchive("already in the cache", cached, (line) => say(session, line));
  const path = archivePath(name, cache);
  let checksum = "";
  const bar = new DownloadBar(session.stderr);
  let received: number | undefined;
  try {
    checksum = await downloadArchive({
      url,
      path,
      signal: session.signal,
      onProgress(bytes, total) {
        if (received === undefined) note(session, sizeSentence(name, url, bytes, total));
        received = bytes;
        bar.update(bytes, total);
      },
      onRetry(reason) {
        bar.hide();
        printError(session, reason);
      },
    });
  } catch (error) {
    if (!(error instanceof Interruption) || error.message === "" || !received) throw error;
    const message = `${error.message} after ${formatBytes(received)}, which are kept: pull again to continue`;
    throw new Interruption(message, error.exitCode);
  } finally {
    bar.stop();
  }
  await printArchive("pulled", path, (line) => say(session, line));
  say(session, `SHA-256: ${checksum}`);
}

/** What the download is going to be. */
function sizeSentence(name: string, { host }: URL, received: number, total: number | undefined): string {
  const size = total === undefined ? "an archive of unknown size" : formatBytes(total);
  const kept = received > 0 ? `, ${formatBytes(received)} of it from an earlier pull` : "";
  return `pulling ${name}: ${size} from ${host}${kept}`;
}

function publicAddress(name: string): string {
  const row = ZOO.find((candidate) => candidate.name === name);
  if (row) return archiveAddress(row);
  const { weightsHint } = modelNamed(name);
  throw new ModelError({
    where: "model",
    expected: "one that has an archive in the TensorFlow 2 detection zoo",
    got: name,
    hint: weightsHint,
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

async function printArchive(status: string, path: string, say: (line: string) => void): Promise<void> {
  const { size } = await stat(path);
  say(`${status}: ${path}, ${formatCount(size)} bytes`);
}

/** `detect --json FILE --resume`: lines that earlier runs wrote are kept, and the result is the file of one run. */
import { rm } from "node:fs/promises";
import { UsageError } from "../../errors.ts";
import { jsonLine } from "../../formats/jsonFrame.ts";
import type { DetectFlags } from "../detect/flags.ts";
import type { Records } from "../detect/records.ts";
import { type LineFile, openLineFile } from "../files/lineFile.ts";
import { type OutputTarget, outputTarget } from "../files/outputTarget.ts";
import type { Session } from "../io.ts";
import { type ImageList, numbered } from "../lists/imageList.ts";
import { optionsOf, ranOn, resultModel, weightsDigest } from "../shards/runFacts.ts";
import { formatCounted } from "../terminal/formatNumber.ts";
import { version } from "../version.ts";
import { EarlierLines, earlierFiles } from "./earlierLines.ts";
import { checkRunFile, writeRunFile } from "./runFile.ts";

/** @throws UsageError if the file cannot be written, or holds lines of another run or of other images. */
export async function openResumedLines(
  images: ImageList,
  flags: DetectFlags & { readonly json: string },
  session: Session,
): Promise<Records> {
  const where = `option --json ${flags.json}`;
  const target = await outputTarget(flags.json, where);
  if (target.kind !== "file") {
    throw new UsageError({ where: "option --resume", expected: "results in a file", got: flags.json });
  }
  const files = await earlierFiles(target.path);
  const lines = await openLineFile(target, where);
  return new ResumedLines(images, flags, session, { target, files, lines, where });
}

interface Opened {
  readonly target: OutputTarget;
  /** Files of earlier runs, which stay until this one is done. */
  readonly files: readonly string[];
  readonly lines: LineFile;
  readonly where: string;
}

class ResumedLines implements Records {
  readonly takesStdout = false;
  private earlier?: EarlierLines;
  /** The images whose earlier lines have not been copied yet. */
  private rest?: Iterator<{ readonly path: string; readonly position: number }>;
  private next?: { readonly path: string; readonly position: number };

  constructor(
    private readonly images: ImageList,
    private readonly flags: DetectFlags,
    private readonly session: Session,
    private readonly opened: Opened,
  ) {}

  async begin(network: Parameters<Records["begin"]>[0]) {
    const { flags, images, opened } = this;
    const { signal } = this.session;
    const run = {
      version: version(),
      model: resultModel(network),
      weights: await weightsDigest(flags, signal),
      options: await optionsOf(flags, signal),
      ran: ranOn(network),
    };
    await checkRunFile(opened.target.path, run, opened.files[0]);
    const earlier = new EarlierLines(images, opened.files, opened.where, signal);
    await writeRunFile(opened.target.path, run);
    this.earlier = earlier;
    this.rest = numbered(images);
    const done = earlier.count;
    const note = done > 0 ? `${done} of ${formatCounted(images.length, "image")} done before` : undefined;
    return { count: images.length - done, has: (position: number) => !earlier.has(position), note };
  }

  async add({ image, record }: Parameters<Records["add"]>[0]) {
    await this.copyUntil(image.position);
    await this.opened.lines.add(jsonLine(record));
  }

  async finish() {
    const { earlier, opened } = this;
    // Those of images that come after a run that was stopped: lines are never lost.
    if (earlier) await this.copyUntil(Number.POSITIVE_INFINITY);
    await opened.lines.finish();
    for (const path of earlier ? opened.files : []) {
      if (path !== opened.target.path) await rm(path, { force: true }).catch(() => {});
    }
    return [];
  }

  private async copyUntil(position: number): Promise<void> {
    for (
      this.next ??= this.advance();
      this.next && this.next.position < position;
      this.next = this.advance()
    ) {
      const line = this.earlier?.lineOf(this.next);
      if (line !== undefined) await this.opened.lines.add(line);
    }
  }

  private advance() {
    const { done, value } = this.rest?.next() ?? { done: true };
    return done ? undefined : value;
  }
}

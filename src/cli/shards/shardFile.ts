/** The file of a shard while it is written: nobody sees it under its final name before it is whole. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../../errors.ts";
import { isFinished } from "./finishedShard.ts";
import { FOLDER_FILES, type FolderFiles, type NewFile } from "./folderFiles.ts";
import { LineCursor } from "./lineCursor.ts";
import { type WholeLines, wholeLines } from "./readShard.ts";
import { shardName, sizeOfShard } from "./shard.ts";
import { endLine, headerLine, type ShardHeader } from "./shardFormat.ts";
import { draftName, removeUnfinished, unfinishedFiles } from "./unfinishedFiles.ts";
import { writeFailure } from "./writeFailure.ts";

/** Bytes that are copied at a time. */
const PART = 2 ** 20;

export class ShardFile {
  /** Images that have a line. */
  images = 0;
  failed = 0;
  private readonly hash = createHash("sha256");
  private isBroken = false;

  private constructor(
    private readonly header: ShardHeader,
    /** The final path. */
    readonly path: string,
    private readonly draft: string,
    private readonly file: NewFile,
    /** The folder of the draft, if it is not that of the final path. */
    private readonly local: string | undefined,
    private readonly files: FolderFiles,
  ) {}

  /**
   * Starts a file with the lines that unfinished files of the same header have, of which the longest counts. They are
   * copied, so that it does not matter whether another process still writes to one of them.
   *
   * `rename`: whether the folder's files can be renamed. Otherwise the file is written in a local folder and copied in the
   * end.
   *
   * @throws WriteFailure if it cannot be written.
   */
  static async start(
    folder: string,
    header: ShardHeader,
    { rename, files = FOLDER_FILES }: { readonly rename: boolean; readonly files?: FolderFiles },
  ): Promise<ShardFile> {
    const path = join(folder, shardName(header.shard));
    const gone = new Set<string>();
    try {
      for (;;) {
        const earlier = await longestUnfinished(path, header, files, gone);
        const local = rename ? undefined : await mkdtemp(join(tmpdir(), "centernet-shard-"));
        const draft = join(local ?? folder, draftName(path));
        const file = await (local ? FOLDER_FILES : files).create(draft);
        const shard = new ShardFile(header, path, draft, file, local, files);
        if (await shard.begin(earlier)) return shard;
        // Another process has finished the shard, and removed that file.
        if (earlier) gone.add(earlier.path);
        await shard.abandon();
      }
    } catch (error) {
      throw failed(path, error);
    }
  }

  /** @throws WriteFailure if it cannot be written; earlier lines stay intact. */
  async add(line: string, hasFailed: boolean): Promise<void> {
    await this.append(`${line}\n`);
    this.images++;
    if (hasFailed) this.failed++;
  }

  /**
   * Closes the file. If it has all images it gets its end line and its final name, and unfinished files of the same shard
   * are removed. Otherwise it stays for the next run.
   *
   * @returns whether it is whole.
   * @throws WriteFailure if it cannot be written.
   */
  async finish(): Promise<boolean> {
    const { shard, run } = this.header;
    const isWhole = !this.isBroken && this.images === sizeOfShard(shard, run.list.images);
    try {
      try {
        if (isWhole) {
          const end = { images: this.images, failed: this.failed, sha256: this.hash.copy().digest("hex") };
          await this.file.write(Buffer.from(`${endLine(end)}\n`));
        }
      } finally {
        await this.file.close();
      }
      if (isWhole) await this.publish();
      else if (this.local) await this.copyTo(join(dirname(this.path), basename(this.draft)));
    } catch (error) {
      throw failed(this.path, error);
    } finally {
      if (this.local) await rm(this.local, { recursive: true, force: true });
    }
    if (isWhole) await removeUnfinished(this.path, this.files);
    return isWhole;
  }

  /** Returns false if the earlier file is not there any more. */
  private async begin(earlier: WholeLines | undefined): Promise<boolean> {
    try {
      if (!earlier) await this.append(`${headerLine(this.header)}\n`);
      else return await this.takeOver(earlier);
      return true;
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  private async takeOver({ path, images }: WholeLines): Promise<boolean> {
    const cursor = new LineCursor(path, PART);
    let lines: string[] = [];
    let length = 0;
    for (let number = 0; number <= images; number++) {
      const line = nextLine(cursor);
      if (line === undefined) return false;
      if (number > 0 && hasError(line)) this.failed++;
      lines.push(`${line}\n`);
      length += line.length;
      if (length < PART && number < images) continue;
      await this.append(lines.join(""));
      lines = [];
      length = 0;
    }
    this.images = images;
    return true;
  }

  /** What it would say is said elsewhere; on a full disk, nothing is lost with it. */
  private async abandon(): Promise<void> {
    await this.file.close().catch(() => {});
    await (this.local ? FOLDER_FILES : this.files).remove(this.draft).catch(() => {});
    if (this.local) await rm(this.local, { recursive: true, force: true });
  }

  private async append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      await this.file.write(bytes);
    } catch (error) {
      // Perhaps it holds a part of the line: the next run cuts it.
      this.isBroken = true;
      throw failed(this.path, error);
    }
    this.hash.update(bytes);
  }

  private async publish(): Promise<void> {
    if (!this.local) {
      const error = await this.files.rename(this.draft, this.path).catch((reason: unknown) => reason);
      // Another process has finished the shard, and has removed this file or holds the final one.
      if (error === undefined || isFinished(this.path, this.header)) return;
      throw error;
    }
    if (isFinished(this.path, this.header)) return;
    // A torn file of that name, which is of this shard.
    await this.files.remove(this.path).catch(() => {});
    await this.copyTo(this.path);
  }

  /** From front to back, in a file that is new. */
  private async copyTo(path: string): Promise<void> {
    const copy = await this.files.create(path);
    try {
      const cursor = new LineCursor(this.draft, PART);
      for (let line = cursor.next(); line; line = cursor.next())
        await copy.write(Buffer.concat([line, Buffer.from("\n")]));
    } finally {
      await copy.close();
    }
  }
}

async function longestUnfinished(
  path: string,
  header: ShardHeader,
  files: FolderFiles,
  gone: ReadonlySet<string>,
): Promise<WholeLines | undefined> {
  // A torn file may have the final name where files are copied.
  const paths = [...(await unfinishedFiles(path, files)), path].filter((file) => !gone.has(file));
  const found = paths.flatMap((file) => wholeLines(file, header) ?? []);
  return found.sort((one, other) => other.images - one.images)[0];
}

/** Undefined at the end, and if there is no such file any more. */
function nextLine(cursor: LineCursor): string | undefined {
  try {
    return cursor.next()?.toString();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function hasError(line: string): boolean {
  return "error" in (JSON.parse(line).record as object);
}

function failed(path: string, error: unknown): UsageError {
  return writeFailure(path, "to write this file", error, "What is done is kept: run it again.");
}

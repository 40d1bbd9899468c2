/** The file of a shard while it is written: nobody sees it under its final name before it is whole. */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import { WriteFailure } from "../failures.ts";
import { canRename, FOLDER_FILES, type FolderFiles, type NewFile } from "./folderFiles.ts";
import { LineCursor } from "./lineCursor.ts";
import { ShardReader, wholeLines } from "./readShard.ts";
import { shardName, sizeOfShard } from "./shard.ts";
import { endLine, headerLine, SHARD_START, type ShardEnd, type ShardHeader } from "./shardFormat.ts";

const UNFINISHED = ".unfinished-";
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
    const earlier = await longestUnfinished(path, header, files);
    try {
      const local = rename ? undefined : await mkdtemp(join(tmpdir(), "centernet-shard-"));
      const draft = join(local ?? folder, draftName(path));
      const file = await (local ? FOLDER_FILES : files).create(draft);
      const shard = new ShardFile(header, path, draft, file, local, files);
      try {
        await shard.begin(earlier);
        return shard;
      } catch (error) {
        await file.close().catch(() => {});
        throw error;
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

  private async begin(earlier: ReturnType<typeof wholeLines>): Promise<void> {
    if (!earlier) return this.append(`${headerLine(this.header)}\n`);
    const cursor = new LineCursor(earlier.path, PART);
    let lines: string[] = [];
    let length = 0;
    for (let number = 0; number <= earlier.images; number++) {
      const line = cursor.next()?.toString();
      // Another process has removed it or replaced it since it was looked at.
      if (line === undefined) throw new Error("an unfinished file that has become shorter");
      if (number > 0 && hasError(line)) this.failed++;
      lines.push(`${line}\n`);
      length += line.length;
      if (length < PART && number < earlier.images) continue;
      await this.append(lines.join(""));
      lines = [];
      length = 0;
    }
    this.images = earlier.images;
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

/**
 * Whether files beside a shard's can be renamed.
 *
 * @throws the file system's error if none can be made there.
 */
export function canRenameBeside(path: string, files = FOLDER_FILES): Promise<boolean> {
  // By these names they are removed with the unfinished files if the process is killed now.
  const names = [draftName(path), draftName(path)] as const;
  return canRename([join(dirname(path), names[0]), join(dirname(path), names[1])], files);
}

/**
 * Removes the unfinished files of a shard that is finished, but for those of living processes of this machine. Processes
 * of other machines that lose theirs will find the finished file.
 */
export async function removeUnfinished(finished: string, files = FOLDER_FILES): Promise<void> {
  for (const path of await unfinishedFiles(finished, files)) {
    if (!isOfLivingProcess(path)) await files.remove(path).catch(() => {});
  }
}

/**
 * What a finished file of a shard has. Undefined for none, and for a torn one.
 *
 * @throws UsageError for a file that belongs to another run, as `check` says of its header.
 */
export function finishedShard(path: string, check: (header: ShardHeader) => void): ShardEnd | undefined {
  let reader: ShardReader;
  try {
    reader = new ShardReader(path);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
  check(reader.header);
  try {
    while (reader.next());
    return reader.end;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** The first bytes of a file, as many as a header starts with; undefined if there is none. */
export function startOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw new UsageError(
      { where: path, expected: "to read it", got: systemMessage(error) },
      { cause: error },
    );
  }
  try {
    const bytes = Buffer.alloc(SHARD_START.length);
    return bytes.toString("latin1", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

function isFinished(path: string, header: ShardHeader): boolean {
  let isSame = false;
  const end = finishedShard(path, (found) => {
    isSame = headerLine(found) === headerLine(header);
  });
  return isSame && end !== undefined;
}

async function longestUnfinished(path: string, header: ShardHeader, files: FolderFiles) {
  // A torn file may have the final name where files are copied.
  const paths = [...(await unfinishedFiles(path, files)), path];
  const found = paths.flatMap((file) => wholeLines(file, header) ?? []);
  return found.sort((one, other) => other.images - one.images)[0];
}

async function unfinishedFiles(path: string, files: FolderFiles): Promise<string[]> {
  const start = `${basename(path)}${UNFINISHED}`;
  const names = await files.names(dirname(path)).catch(() => []);
  return names.filter((name) => name.startsWith(start)).map((name) => join(dirname(path), name));
}

/** Of this machine and process, and never used before. */
function draftName(path: string): string {
  const host = hostOfName();
  return `${basename(path)}${UNFINISHED}${host}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

function hostOfName(): string {
  return hostname()
    .replace(/[^\w.]/g, "_")
    .slice(0, 64);
}

function isOfLivingProcess(path: string): boolean {
  const [, host, id] = /\.unfinished-([\w.]+)-(\d+)-[0-9a-f]+$/.exec(path) ?? [];
  if (host !== hostOfName() || Number(id) === process.pid) return false;
  try {
    process.kill(Number(id), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function hasError(line: string): boolean {
  return "error" in (JSON.parse(line).record as object);
}

function failed(path: string, error: unknown): UsageError {
  return writeFailure(path, "to write this file", error, "What is done is kept: run it again.");
}

/** What stays as it is, however often it is tried. */
const PERMANENT = ["EACCES", "EEXIST", "EISDIR", "ENAMETOOLONG", "ENOTDIR", "EPERM", "EROFS"];

/** A `WriteFailure`, unless it will not get better. */
export function writeFailure(where: string, expected: string, error: unknown, hint?: string): UsageError {
  if (error instanceof UsageError) return error;
  const fault = { where, expected, got: systemMessage(error) };
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || PERMANENT.includes(code)) return new UsageError(fault, { cause: error });
  return new WriteFailure({ ...fault, hint }, { cause: error });
}

import * as fs from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import { makeFolders } from "../files/outputTarget.ts";
import { formatBytes } from "../terminal/formatNumber.ts";

/** Identifies the file that a server sent, so that the rest of exactly that file can be requested. */
export interface ArchiveVersion {
  /** The URL requested, before redirects. */
  readonly url: string;
  /** The value for `If-Range` (RFC 9110, section 13.1.5). Without it, a cut download starts over. */
  readonly validator?: string;
  /** Bytes of the whole archive. */
  readonly length?: number;
}

/** The version that a complete response holds. */
export function versionOf(url: URL, headers: IncomingHttpHeaders): ArchiveVersion {
  const length = Number(headers["content-length"]);
  return {
    url: url.href,
    validator: validatorOf(headers),
    length: Number.isSafeInteger(length) ? length : undefined,
  };
}

/** Two files with the same weak ETag may differ in their bytes. */
function validatorOf(headers: IncomingHttpHeaders): string | undefined {
  return headers.etag?.startsWith('"') ? headers.etag : headers["last-modified"];
}

/** Whether a `206 Partial Content` continues the first `size` bytes of this version. */
export function continues(headers: IncomingHttpHeaders, version: ArchiveVersion, size: number): boolean {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
  const sameLength = total === "*" || version.length === undefined || Number(total) === version.length;
  const validator = validatorOf(headers);
  return Number(start) === size && sameLength && (validator === undefined || validator === version.validator);
}

const HOST = hostname().replace(/[^\w.-]/g, "_");
/** The start time tells this process from an earlier one with the same number, as in a restarted container. */
const OWN_LOCK = `${HOST}.${process.pid}.${Math.round(performance.timeOrigin)}.lock`;
const FREE_LOCK = "free.lock";
/** Another host's pull writes nothing for at most this long, retries and the final check included. */
const MAX_SILENCE_MILLISECONDS = 10 * 60_000;

/**
 * The bytes of an archive received so far, in the folder `<archive>.part`:
 *
 *     data                             the bytes
 *     version.json                     the version of the archive that they are of
 *     <host>.<process>.<start>.lock    the process that writes them; free.lock if none does
 *
 * Writes are synchronous: a connection that fails drops what it has received and not yet handed over.
 */
export class PartialArchive {
  readonly data: string;
  /** Undefined until the server's first answer. */
  version?: ArchiveVersion;
  /** Bytes on disk. */
  size = 0;

  private constructor(
    private readonly path: string,
    private readonly folder: string,
    private readonly file: FileHandle,
  ) {
    this.data = join(folder, "data");
  }

  /**
   * Opens the part that an earlier pull left of the archive at `path`, or an empty one.
   *
   * @throws UsageError if another pull of this archive is running or the file system refuses.
   */
  static async open(path: string, url: URL): Promise<PartialArchive> {
    const folder = `${path}.part`;
    let where = dirname(path);
    try {
      await makeFolders(where);
      where = folder;
      acquireLock(path, folder);
      const part = new PartialArchive(path, folder, await open(join(folder, "data"), "a"));
      part.version = readVersion(part.versionFile, url);
      if (part.version) part.size = (await part.file.stat()).size;
      else part.discard();
      return part;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw fileError(where, "a folder to download to", error);
    }
  }

  /** Drops all bytes; those that follow are of this version. */
  restart(version: ArchiveVersion): void {
    this.discard();
    this.write(() => fs.writeFileSync(this.versionFile, JSON.stringify(version)));
    this.version = version;
  }

  /** @throws UsageError if the disk is full. */
  append(bytes: Uint8Array): void {
    this.write(() => {
      for (let done = 0; done < bytes.length; ) {
        const written = fs.writeSync(this.file.fd, bytes, done);
        done += written;
        this.size += written;
      }
    });
  }

  discard(): void {
    fs.truncateSync(this.data);
    this.version = undefined;
    this.size = 0;
  }

  /**
   * Moves the data, which must be whole, to the archive's path.
   *
   * @throws UsageError if the file system refuses.
   */
  async complete(): Promise<void> {
    try {
      await this.file.sync();
      await this.file.close();
      await rename(this.data, this.path);
    } catch (error) {
      throw fileError(this.path, "to write this file", error);
    }
    this.size = 0;
  }

  /** Leaves the bytes, if there are any, to the next pull. */
  async release(): Promise<void> {
    await this.file.close().catch(() => {});
    const lock = join(this.folder, OWN_LOCK);
    if (this.size > 0) {
      succeeds(() => fs.renameSync(lock, join(this.folder, FREE_LOCK)));
    } else {
      // The lock last. Once the folder is empty, another pull can replace it; then it is not removed.
      for (const path of [this.data, this.versionFile, lock]) succeeds(() => fs.unlinkSync(path));
      succeeds(() => fs.rmdirSync(this.folder));
    }
  }

  private get versionFile(): string {
    return join(this.folder, "version.json");
  }

  private write(action: () => void): void {
    try {
      action();
    } catch (error) {
      const hint = `Make room and pull again: the first ${formatBytes(this.size)} are kept.`;
      throw fileError(this.data, "room to write", error, hint);
    }
  }
}

/**
 * Makes this process the only one that writes to the part. Node has no lock that ends with its process, so a
 * killed pull leaves its lock behind. Both ways to get the lock are renames, which only one process can do: of
 * a new folder, which fails if there is one that is not empty, and of the lock that was left in that one.
 */
function acquireLock(path: string, folder: string): void {
  const newFolder = fs.mkdtempSync(`${folder}-`);
  fs.writeFileSync(join(newFolder, OWN_LOCK), "");
  if (succeeds(() => fs.renameSync(newFolder, folder))) return;
  fs.rmSync(newFolder, { recursive: true });
  const lock = findLock(folder);
  const [, host, processId] = /^(.+)\.(\d+)\.\d+\.lock$/.exec(lock ?? "") ?? [];
  // Other hosts' processes cannot be seen, only what they write.
  const runs = () => (host === HOST ? isRunning(Number(processId)) : wasJustWritten(folder, lock ?? ""));
  const isHeld = host !== undefined && (lock === OWN_LOCK || runs());
  const takeOver = () => {
    const left = join(folder, lock ?? "");
    const now = new Date();
    fs.utimesSync(left, now, now);
    fs.renameSync(left, join(folder, OWN_LOCK));
  };
  if (lock !== undefined && !isHeld && succeeds(takeOver, "ENOENT")) return;
  throw new UsageError({
    where: path,
    expected: "no other pull of this archive",
    got: isHeld
      ? `one that is running (process ${processId} on ${host})`
      : "one that is just starting or ending",
    hint: `Wait for it to end. If there is none, delete ${folder}.`,
  });
}

/** Undefined if another pull removes the folder meanwhile. */
function findLock(folder: string): string | undefined {
  let names: string[] = [];
  succeeds(() => {
    names = fs.readdirSync(folder);
  }, "ENOENT");
  return names.find((name) => name.endsWith(".lock"));
}

/** Whether the lock or the data have changed recently. */
function wasJustWritten(folder: string, lock: string): boolean {
  const times = [lock, "data"].map(
    (name) => fs.statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Date.now() - Math.max(...times) < MAX_SILENCE_MILLISECONDS;
}

/** Whether a process other than this one has this number. */
function isRunning(processId: number): boolean {
  if (processId === process.pid) return false;
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // Another user's process.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** False for an error with this code, or for any if none is given; other errors are thrown. */
function succeeds(action: () => void, code?: string): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (code === undefined || (error as NodeJS.ErrnoException).code === code) return false;
    throw error;
  }
}

/** Undefined if the file is missing, damaged, or of another URL. */
function readVersion(file: string, url: URL): ArchiveVersion | undefined {
  try {
    const version: ArchiveVersion | null = JSON.parse(fs.readFileSync(file, "utf8"));
    return version?.url === url.href ? version : undefined;
  } catch {
    return undefined;
  }
}

function fileError(where: string, expected: string, cause: unknown, hint?: string): UsageError {
  return new UsageError({ where, expected, got: systemMessage(cause), hint }, { cause });
}

import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemMessage, UsageError } from "../../errors.ts";
import { formatBytes } from "../terminal/formatNumber.ts";
import { type ArchiveVersion, parseVersion } from "./archiveVersion.ts";
import { abandonedParts, holdNewPart, releasePart } from "./partOwner.ts";

/** In a part's folder: the bytes, and which archive they begin. */
const DATA = "data";
const VERSION = "version.json";

/**
 * The beginning of an archive, in a folder beside the place where the archive is to be. It is only ever
 * appended to: a download that starts again gets a new one.
 *
 * Throws UsageError where the file system refuses.
 */
export class PartialDownload {
  private constructor(
    private readonly path: string,
    private readonly folder: string,
    private readonly file: FileHandle,
    readonly version: ArchiveVersion,
    private written: number,
  ) {}

  /** Bytes that are on disk. */
  get size(): number {
    return this.written;
  }

  get data(): string {
    return join(this.folder, DATA);
  }

  /** For the archive that is to be at `path`. */
  static async begin(path: string, version: ArchiveVersion): Promise<PartialDownload> {
    const name = holdNewPart(basename(path));
    const folder = join(dirname(path), name);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, VERSION), JSON.stringify(version));
      return new PartialDownload(path, folder, await open(join(folder, DATA), "ax"), version, 0);
    } catch (error) {
      await remove(folder);
      releasePart(name);
      throw refused(dirname(path), "a folder to download to", error);
    }
  }

  /** Takes over the longest beginning of the archive at `url` that an earlier pull left. */
  static async takeOver(path: string, url: URL): Promise<PartialDownload | undefined> {
    const candidates: { folder: string; version: ArchiveVersion; size: number }[] = [];
    for (const folder of await leftBehind(path)) {
      const version = parseVersion(await readFile(join(folder, VERSION), "utf8").catch(() => ""));
      const info = await stat(join(folder, DATA)).catch(() => undefined);
      if (info && version?.url === url.href) candidates.push({ folder, version, size: info.size });
    }
    for (const { folder, version } of candidates.sort((a, b) => b.size - a.size)) {
      const name = holdNewPart(basename(path));
      const own = join(dirname(path), name);
      try {
        // Of two who try, one succeeds.
        await rename(folder, own);
        const file = await open(join(own, DATA), "a");
        return new PartialDownload(path, own, file, version, (await file.stat()).size);
      } catch {
        releasePart(name);
      }
    }
    return undefined;
  }

  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.file.write(bytes, done);
        done += bytesWritten;
        this.written += bytesWritten;
      }
    } catch (cause) {
      throw new UsageError(
        {
          where: this.data,
          expected: "room to write",
          got: systemMessage(cause),
          hint: `Make room and pull again: the first ${formatBytes(this.size)} are kept.`,
        },
        { cause },
      );
    }
  }

  /** Puts the archive in its place, as a whole; what earlier pulls left of it is done with. */
  async complete(): Promise<void> {
    try {
      await this.file.sync();
      await this.file.close();
      await rename(this.data, this.path);
    } catch (error) {
      throw refused(this.path, "to write this file", error);
    }
    await this.discard();
    for (const folder of await leftBehind(this.path)) await remove(folder);
  }

  /** Leaves what there is, if anything, for a later pull. */
  async release(): Promise<void> {
    await this.file.close().catch(() => {});
    if (this.size === 0) await remove(this.folder);
    releasePart(basename(this.folder));
  }

  async discard(): Promise<void> {
    this.written = 0;
    await this.release();
  }
}

async function leftBehind(path: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  return abandonedParts(basename(path), names).map((name) => join(dirname(path), name));
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => {});
}

function refused(where: string, expected: string, error: unknown): UsageError {
  return new UsageError({ where, expected, got: systemMessage(error) }, { cause: error });
}

/** What a shard's file needs of a file system: as little as a mounted object store has. */
import { open, readdir, rename, rm } from "node:fs/promises";

/** A new file that is written from front to back. */
export interface NewFile {
  /** Whole, or throws. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface FolderFiles {
  names(folder: string): Promise<string[]>;
  /** Fails if there is a file of this name. */
  create(path: string): Promise<NewFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export const FOLDER_FILES: FolderFiles = {
  names: (folder) => readdir(folder),
  async create(path) {
    const file = await open(path, "wx");
    return {
      write: (bytes) => file.appendFile(bytes),
      async close() {
        // So that a file with its final name is whole after a power cut. Not every file system knows this.
        await file.sync().catch(() => {});
        await file.close();
      },
    };
  },
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path),
};

/**
 * Whether a new file at `probe` can be renamed: mounted object stores cannot.
 *
 * @throws the file system's error if none can be made there.
 */
export async function canRename(
  [probe, renamed]: readonly [string, string],
  files: FolderFiles,
): Promise<boolean> {
  const file = await files.create(probe);
  await file.write(Buffer.from("\n"));
  await file.close();
  const isRenamed = await files.rename(probe, renamed).then(
    () => true,
    () => false,
  );
  await files.remove(isRenamed ? renamed : probe).catch(() => {});
  return isRenamed;
}

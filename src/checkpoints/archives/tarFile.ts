import { ModelError } from "../../errors.ts";
import type { ModelFiles, RandomAccessFile } from "../bytes/randomAccessFile.ts";
import { type TarEntry, walkTar } from "./tarStream.ts";

/**
 * Opens a tar archive that is not compressed, as browsers leave it that unpack a download. Only its headers are
 * read here; its files are read where they lie.
 */
export async function openTar(source: RandomAccessFile): Promise<ModelFiles> {
  const { where } = source;
  const entries = new Map<string, TarEntry>();
  let position = 0;
  const input = {
    where,
    async fill(target: Uint8Array): Promise<number> {
      const part = target.subarray(0, source.length - position);
      await source.read(position, part);
      position += part.length;
      return part.length;
    },
    async skip(count: number): Promise<number> {
      const skipped = Math.min(count, source.length - position);
      position += skipped;
      return skipped;
    },
  };
  await walkTar(input, async (entry) => {
    entries.set(entry.path, entry);
    return 0;
  });
  return {
    where,
    paths: [...entries.keys()],
    async open(path) {
      const entry = entries.get(path);
      const place = `${where} ${path}`;
      if (entry) return entrySource(source, entry, place);
      throw new ModelError({ where: place, expected: "a file of the archive", got: "none of that name" });
    },
    async close() {}, // nothing is held open
  };
}

function entrySource(archive: RandomAccessFile, { start, size }: TarEntry, where: string): RandomAccessFile {
  return { where, length: size, read: (offset, target) => archive.read(start + offset, target) };
}

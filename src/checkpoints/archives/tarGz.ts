import { CenterNetError, ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { bytesSource, type ModelFiles, type RandomAccessFile } from "../bytes/randomAccessFile.ts";
import { type ForwardReader, type TarEntry, walkTar } from "./tarStream.ts";

/** A compressed file that can be read from the start any number of times. */
export interface GzipFile {
  /** Its name in errors. */
  readonly where: string;
  /** Its stored bytes, if that is known. */
  readonly length?: number;
  /** The stored (compressed) bytes. */
  stream(): ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>;
  /** Replaces DecompressionStream; it too must verify checksum and length. */
  decompression?(): ReadableWritablePair<Uint8Array, Uint8Array>;
}

/** What is told of a long reading, and what ends it. */
export interface ReadProgress {
  /** Called with the stored bytes read so far; `total` is infinite if nobody knows it. */
  readonly onBytes?: (read: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * This much of each file's end is kept from the first pass, because a checkpoint's object graph is at the
 * end.
 */
const TAIL_BYTES = 2 ** 20;
/** Files up to this size are kept whole. */
const MAX_SMALL_FILE = 16 * 2 ** 20;
const KEPT_WHOLE = /\.(index|config|pbtxt)$|(^|\/)checkpoint$/;
/** Max total of what is kept. */
const MAX_KEPT = 48 * 2 ** 20;

/**
 * Opens a `.tar.gz` without writing to disk and without holding large files in memory. The archive is read
 * once from end to end to verify it and list the files. Large files are read in a second pass, in the order
 * of their positions and only as far as needed.
 *
 * @param progress of the first pass.
 * @throws ModelError for a damaged archive; the signal's reason once it is aborted.
 */
export async function openTarGz(file: GzipFile, progress: ReadProgress = {}): Promise<ModelFiles> {
  const archive = new ArchiveReader(file, progress);
  const entries = new Map<string, TarEntry & { tail: Uint8Array }>();
  let kept = 0;
  try {
    await walkTar(archive, async (entry) => {
      const tailLength = Math.min(entry.size, KEPT_WHOLE.test(entry.path) ? MAX_SMALL_FILE : TAIL_BYTES);
      kept += tailLength;
      if (kept > MAX_KEPT) {
        const got = `${quote(entry.path)} beyond it`;
        throw new ModelError({ where: file.where, expected: `${MAX_KEPT} bytes of small files`, got });
      }
      const skipped = await archive.skip(entry.size - tailLength);
      const tail = new Uint8Array(tailLength);
      const filled = skipped < entry.size - tailLength ? 0 : await archive.fill(tail);
      entries.set(entry.path, { ...entry, tail });
      return skipped + filled;
    });
  } finally {
    archive.progress = {};
    await archive.close();
  }
  return {
    where: file.where,
    paths: [...entries.keys()],
    async open(path) {
      const entry = entries.get(path);
      const where = `${file.where} ${path}`;
      if (!entry)
        throw new ModelError({ where, expected: "a file of the archive", got: "none of that name" });
      return entrySource(archive, entry, entry.tail, where);
    },
    close: () => archive.close(),
  };
}

function entrySource(
  archive: ArchiveReader,
  entry: TarEntry,
  tail: Uint8Array,
  where: string,
): RandomAccessFile {
  const tailStart = entry.size - tail.length;
  const inMemory = bytesSource(tail, where);
  return {
    where,
    length: entry.size,
    async read(offset, target) {
      if (offset >= tailStart) return inMemory.read(offset - tailStart, target);
      await archive.goTo(entry.start + offset);
      const got = await archive.fill(target);
      if (got === target.length) return;
      const hint = "The archive has changed since it was opened.";
      throw new ModelError({
        where,
        expected: `${target.length} bytes at ${offset}`,
        got: String(got),
        hint,
      });
    },
  };
}

/** The unpacked archive. Reading backward starts again from the beginning. */
class ArchiveReader implements ForwardReader {
  private gunzip: GunzipReader | undefined;
  private position = 0;
  /** The unread rest of the last piece. */
  private piece: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly file: GzipFile,
    /** Of the pass that is under way. */
    public progress: ReadProgress,
  ) {}

  get where(): string {
    return this.file.where;
  }

  async fill(target: Uint8Array): Promise<number> {
    return this.take(target.length, (part, at) => target.set(part, at));
  }

  skip(count: number): Promise<number> {
    return this.take(count, () => undefined);
  }

  async goTo(position: number): Promise<void> {
    if (position < this.position) await this.close();
    await this.skip(position - this.position);
  }

  async close(): Promise<void> {
    await this.gunzip?.close();
    this.gunzip = undefined;
    this.piece = new Uint8Array(0);
    this.position = 0;
  }

  private async take(count: number, use: (part: Uint8Array, at: number) => void): Promise<number> {
    this.gunzip ??= await GunzipReader.open(this.file);
    let taken = 0;
    while (taken < count) {
      if (this.piece.length === 0) {
        const { signal, onBytes } = this.progress;
        signal?.throwIfAborted();
        const next = await this.gunzip.next();
        if (!next) break;
        onBytes?.(this.gunzip.stored, this.file.length ?? Number.POSITIVE_INFINITY);
        this.piece = next;
        continue;
      }
      const part = this.piece.subarray(0, count - taken);
      use(part, taken);
      this.piece = this.piece.subarray(part.length);
      taken += part.length;
    }
    this.position += taken;
    return taken;
  }
}

/** Real archives never have this compression ratio; decompression bombs need it. */
const MAX_RATIO = 100;
const FREE_BYTES = 64 * 2 ** 20;

/**
 * The contents of a gzip file, piece by piece. The platform's decompression verifies checksum and length at
 * the end.
 */
class GunzipReader {
  /** Bytes of the file read so far. */
  stored = 0;
  private unpacked = 0;

  private constructor(
    private readonly where: string,
    private reader: ReadableStreamDefaultReader<Uint8Array>,
  ) {}

  static async open(file: GzipFile): Promise<GunzipReader> {
    const stream = await file.stream();
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        gunzip.stored += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const decompression =
      file.decompression?.() ??
      (new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>);
    const reader = stream.pipeThrough(counter).pipeThrough(decompression).getReader();
    const gunzip = new GunzipReader(file.where, reader);
    return gunzip;
  }

  /** The next piece, or undefined at the end. @throws ModelError if the file is truncated or damaged. */
  async next(): Promise<Uint8Array | undefined> {
    let piece: ReadableStreamReadResult<Uint8Array>;
    try {
      piece = await this.reader.read();
    } catch (cause) {
      if (cause instanceof CenterNetError) throw cause;
      throw new ModelError(
        {
          where: `${this.where}, after ${this.stored} bytes`,
          expected: "the rest of a gzip file",
          got: messageOf(cause),
          hint: "The file is truncated or damaged: download it again.",
        },
        { cause },
      );
    }
    if (piece.done) return undefined;
    this.unpacked += piece.value.length;
    if (this.unpacked > FREE_BYTES + MAX_RATIO * this.stored) {
      await this.close();
      throw new ModelError({
        where: `${this.where}, after ${this.stored} bytes`,
        expected: `at most ${MAX_RATIO} times as much as is stored`,
        got: `${this.unpacked} bytes and more`,
        hint: "This is not an archive of trained weights.",
      });
    }
    return piece.value;
  }

  async close(): Promise<void> {
    await this.reader.cancel().catch(() => undefined); // discarded data may be broken
  }
}

/** Part of a sentence; browsers end theirs with a period. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
}

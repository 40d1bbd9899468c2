import { join, relative } from "node:path";
import { pathText } from "../../platform/pathBytes.ts";
import type { ImageFile, IndexedImages } from "./imageList.ts";

const FIRST_BYTES = 2 ** 14;
const FIRST_NAMES = 2 ** 9;

/** Files of some folders, as the bytes of their names: some 30 bytes each. */
export class PackedPaths implements IndexedImages {
  private bytes = new Uint8Array(FIRST_BYTES);
  /** Where each name starts; the next one's start is its end. */
  private starts = new Uint32Array(FIRST_NAMES);
  private folderOf = new Uint32Array(FIRST_NAMES);
  private order: Uint32Array | undefined;
  private readonly folders: { readonly path: string; readonly relative: string; readonly bytes: Buffer }[] =
    [];
  private count = 0;

  /** `base` is what relative paths start from. */
  constructor(private readonly base: string) {}

  get length(): number {
    return this.count;
  }

  /** Files that are added from now on lie in this folder. */
  enter(folder: string): void {
    const path = join(folder, "x").slice(0, -1);
    const below = relative(this.base, join(folder, "x")).slice(0, -1);
    this.folders.push({ path, relative: below, bytes: Buffer.from(path) });
  }

  add(name: Uint8Array): void {
    const start = this.starts[this.count];
    if (start + name.length > this.bytes.length) this.bytes = enlarged(this.bytes, start + name.length);
    if (this.count + 1 >= this.starts.length) {
      this.starts = enlarged(this.starts, this.count + 2);
      this.folderOf = enlarged(this.folderOf, this.count + 2);
    }
    this.bytes.set(name, start);
    this.folderOf[this.count] = this.folders.length - 1;
    this.starts[++this.count] = start + name.length;
    this.order = undefined;
  }

  /** Sorts by the bytes of whole paths, which is the order of Unicode's code points. */
  sort(): void {
    const order = Uint32Array.from({ length: this.count }, (_, i) => i);
    this.order = order.sort((one, other) => this.compare(one, other));
  }

  at(index: number): ImageFile | undefined {
    if (index >= this.count) return undefined;
    const file = this.order ? this.order[index] : index;
    const name = pathText(this.bytes.subarray(this.starts[file], this.starts[file + 1]));
    const folder = this.folders[this.folderOf[file]];
    return { path: folder.path + name, relativePath: folder.relative + name };
  }

  *[Symbol.iterator](): Generator<ImageFile> {
    for (let i = 0; i < this.count; i++) yield this.at(i) as ImageFile;
  }

  private compare(one: number, other: number): number {
    const { bytes, starts, folders, folderOf } = this;
    const isSameFolder = folderOf[one] === folderOf[other];
    const above = isSameFolder ? NONE : folders[folderOf[one]].bytes;
    const otherAbove = isSameFolder ? NONE : folders[folderOf[other]].bytes;
    const length = above.length + starts[one + 1] - starts[one];
    const otherLength = otherAbove.length + starts[other + 1] - starts[other];
    for (let i = 0; i < length && i < otherLength; i++) {
      const byte = i < above.length ? above[i] : bytes[starts[one] + i - above.length];
      const otherByte = i < otherAbove.length ? otherAbove[i] : bytes[starts[other] + i - otherAbove.length];
      if (byte !== otherByte) return byte - otherByte;
    }
    return length - otherLength;
  }
}

const NONE = Buffer.alloc(0);

function enlarged<Numbers extends Uint8Array | Uint32Array>(array: Numbers, least: number): Numbers {
  const larger = new (array.constructor as new (length: number) => Numbers)(
    Math.max(Math.ceil(1.5 * array.length), least),
  );
  larger.set(array);
  return larger;
}

import { inflateRawSync } from "node:zlib";
import { readSortedTable } from "../../../src/checkpoints/tensorBundle/sortedTable.ts";
import { crc32, crc32c, maskCrc } from "../../../src/support/crc.ts";

/**
 * Sets the checksums of damaged containers right, as far as their structure can be followed: few mutants get past a
 * checksum otherwise, and the parsers behind it are never tried. All work on a copy.
 */

const MAX_OUTPUT = 2 ** 20;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whatever goes wrong, the rest of a container is left as it is. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** Both headers of each record get the checksum of its bytes, and the local one the directory's sizes. */
export function repairZip(damaged: Uint8Array): Uint8Array {
  const bytes = damaged.slice();
  const view = viewOf(bytes);
  attempt(() => {
    const end = bytes.length - 22;
    let at = view.getUint32(end + 16, true);
    for (let count = view.getUint16(end + 10, true); count > 0; count--) {
      if (view.getUint32(at, true) !== 0x02014b50) return;
      const local = view.getUint32(at + 42, true);
      const packed = view.getUint32(at + 20, true);
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const stored = bytes.subarray(start, start + packed);
      const isDeflated = view.getUint16(at + 10, true) === 8;
      const unpacked = isDeflated
        ? attempt(() => inflateRawSync(stored, { maxOutputLength: MAX_OUTPUT }))
        : stored;
      if (unpacked) view.setUint32(at + 16, crc32(unpacked), true);
      bytes.copyWithin(local + 14, at + 16, at + 28);
      const paths = [view.getUint16(at + 28, true), view.getUint16(local + 26, true)];
      if (paths[0] === paths[1]) bytes.copyWithin(local + 30, at + 46, at + 46 + paths[0]);
      at += 46 + paths[0] + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  });
  return bytes;
}

/** Checksum and length at a gzip's end. */
export function repairGzip(damaged: Uint8Array): Uint8Array {
  const bytes = damaged.slice();
  attempt(() => {
    const unpacked = inflateRawSync(bytes.subarray(10, -8), { maxOutputLength: MAX_OUTPUT });
    viewOf(bytes).setUint32(bytes.length - 8, crc32(unpacked), true);
    viewOf(bytes).setUint32(bytes.length - 4, unpacked.length, true);
  });
  return bytes;
}

/** The blocks of a TensorBundle's index. */
export function repairTable(damaged: Uint8Array): Uint8Array {
  const bytes = damaged.slice();
  attempt(() => {
    const footer = cursor(bytes, bytes.length - 48);
    repairBlock(bytes, { offset: footer.varint(), size: footer.varint() });
    const index = { offset: footer.varint(), size: footer.varint() };
    repairBlock(bytes, index);
    const end = index.offset + index.size;
    const entries = cursor(bytes, index.offset);
    const restarts = viewOf(bytes).getUint32(end - 4, true);
    while (entries.position < end - 4 - 4 * restarts) {
      const [, unshared, length] = [entries.varint(), entries.varint(), entries.varint()];
      const handle = cursor(bytes, entries.position + unshared);
      entries.position += unshared + length;
      repairBlock(bytes, { offset: handle.varint(), size: handle.varint() });
    }
  });
  return bytes;
}

function repairBlock(bytes: Uint8Array, { offset, size }: { offset: number; size: number }): void {
  const checksum = maskCrc(crc32c(bytes.subarray(offset, offset + size + 1)));
  attempt(() => viewOf(bytes).setUint32(offset + size + 1, checksum, true));
}

/** The index's blocks, after each number's variable got the checksum of its bytes in the only data file. */
export function repairBundle(damaged: Uint8Array, data: Uint8Array): Uint8Array {
  const bytes = repairTable(damaged);
  for (const entry of attempt(() => readSortedTable(bytes, "damaged"))?.values() ?? []) {
    attempt(() => repairEntry(entry, data));
  }
  return repairTable(bytes);
}

/** An entry whose fields come in their usual order; values are views of the index. */
function repairEntry(entry: Uint8Array, data: Uint8Array): void {
  const at = cursor(entry, 0);
  let [offset, size] = [0, 0];
  while (at.position < entry.length) {
    const tag = at.varint();
    if (tag === 53) {
      viewOf(entry).setUint32(at.position, maskCrc(crc32c(data.subarray(offset, offset + size))), true);
      return;
    }
    const value = at.varint();
    if (tag % 8 === 2) at.position += value;
    if (tag === 32) offset = value;
    if (tag === 40) size = value;
  }
}

function cursor(bytes: Uint8Array, start: number) {
  return {
    position: start,
    varint() {
      let value = 0;
      for (let shift = 0; shift < 35; shift += 7) {
        const byte = bytes[this.position++];
        if (byte === undefined) throw new Error("the end");
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
      }
      return value;
    },
  };
}

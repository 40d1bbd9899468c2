import { crc32c, maskCrc } from "../../../src/support/crc.ts";

/** Files as TensorFlow writes them, small, with every part that a reader must understand. */

export interface MadeVariable {
  key: string;
  shape: number[];
  /** Numbers become float32, texts a string tensor, bigints int64. */
  values: number[] | string[] | bigint[];
  shard?: number;
}

export interface BundleOptions {
  shards?: number;
  /** Entries a block; fewer make more blocks. */
  blockEntries?: number;
  compress?: boolean;
  header?: Uint8Array;
}

const encoder = new TextEncoder();

/** Files by name: `<prefix>.index` and the data files. */
export function madeBundle(
  prefix: string,
  variables: readonly MadeVariable[],
  { shards = 1, blockEntries = 16, compress = false, header }: BundleOptions = {},
): Map<string, Uint8Array> {
  const data: Uint8Array[][] = Array.from({ length: shards }, () => []);
  const offsets = new Array<number>(shards).fill(0);
  const entries = variables.map(({ key, shape, values, shard = 0 }): [string, Uint8Array] => {
    const { dtype, bytes, checksum } = stored(values);
    const entry = bundleEntry({ dtype, shape, shard, offset: offsets[shard], size: bytes.length, checksum });
    data[shard].push(bytes);
    offsets[shard] += bytes.length;
    return [key, entry];
  });
  entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const whole: [string, Uint8Array][] = [["", header ?? bytes(8, shards, 26, 2, 8, 1)], ...entries];
  const files = new Map([[`${prefix}.index`, madeTable(whole, { blockEntries, compress })]]);
  data.forEach((parts, shard) => {
    files.set(`${prefix}.data-0000${shard}-of-0000${shards}`, concatenated(...parts));
  });
  return files;
}

function stored(values: MadeVariable["values"]): { dtype: number; bytes: Uint8Array; checksum: number } {
  const [first] = values;
  if (typeof first === "string") {
    const texts = (values as string[]).map((text) => encoder.encode(text));
    const fixed = new Uint8Array(Uint32Array.from(texts, ({ length }) => length).buffer);
    const lengthsSum = uint32(maskCrc(crc32c(fixed)));
    const lengths = texts.map(({ length }) => varint(length));
    const bytes = concatenated(...lengths, lengthsSum, ...texts);
    return { dtype: 7, bytes, checksum: maskCrc(crc32c(concatenated(fixed, lengthsSum, ...texts))) };
  }
  const isInteger = typeof first === "bigint";
  const array = isInteger ? BigInt64Array.from(values as bigint[]) : Float32Array.from(values as number[]);
  const bytes = new Uint8Array(array.buffer);
  return { dtype: isInteger ? 9 : 1, bytes, checksum: maskCrc(crc32c(bytes)) };
}

export interface MadeEntry {
  dtype: number;
  shape: number[];
  shard?: number;
  offset?: number;
  size: number;
  checksum: number;
}

export function bundleEntry({ dtype, shape, shard = 0, offset = 0, size, checksum }: MadeEntry): Uint8Array {
  const dimensions = shape.map((side) => field(2, side === 0 ? bytes() : bytes(8, ...varint(side))));
  return bytes(
    ...[8, dtype],
    ...field(2, concatenated(...dimensions)),
    ...(shard === 0 ? [] : [24, ...varint(shard)]),
    ...(offset === 0 ? [] : [32, ...varint(offset)]),
    ...(size === 0 ? [] : [40, ...varint(size)]),
    ...[53, ...uint32(checksum)],
  );
}

/** A table of these entries, which must be in order, as LevelDB's writer makes it. */
export function madeTable(
  entries: readonly (readonly [string, Uint8Array])[],
  { blockEntries = 16, compress = false } = {},
): Uint8Array {
  const blocks: [string, Uint8Array][] = [];
  for (let i = 0; i < entries.length; i += blockEntries) {
    const block = entries.slice(i, i + blockEntries);
    blocks.push([block[block.length - 1][0], tableBlock(block, 16)]);
  }
  return tableOfBlocks(blocks, compress);
}

/** A table of blocks with whatever contents, each with a key that is not below its last one. */
export function tableOfBlocks(
  blocks: readonly (readonly [string, Uint8Array])[],
  compress = false,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const add = (contents: Uint8Array): Uint8Array => {
    const type = compress ? 1 : 0;
    const body = concatenated(compress ? snappyOf(contents) : contents, bytes(type));
    const handle = concatenated(varint(length), varint(body.length - 1));
    parts.push(body, uint32(maskCrc(crc32c(body))));
    length += body.length + 4;
    return handle;
  };
  const handles = blocks.map(([key, block]): [string, Uint8Array] => [key, add(block)]);
  const metaindex = add(tableBlock([], 16));
  const index = add(tableBlock(handles, 1));
  const footer = new Uint8Array(48);
  footer.set(concatenated(metaindex, index));
  footer.set([0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb], 40);
  return concatenated(...parts, footer);
}

export function tableBlock(
  entries: readonly (readonly [string, Uint8Array])[],
  interval: number,
): Uint8Array {
  const parts: Uint8Array[] = [];
  const restarts: number[] = [];
  let length = 0;
  let previous = new Uint8Array(0);
  for (const [i, [text, value]] of entries.entries()) {
    const key = encoder.encode(text);
    let shared = 0;
    if (i % interval === 0) restarts.push(length);
    else while (shared < previous.length && previous[shared] === key[shared]) shared++;
    const head = [varint(shared), varint(key.length - shared), varint(value.length)];
    const entry = concatenated(...head, key.subarray(shared), value);
    parts.push(entry);
    length += entry.length;
    previous = key;
  }
  if (restarts.length === 0) restarts.push(0);
  return concatenated(...parts, ...restarts.map(uint32), uint32(restarts.length));
}

/** Literals, and copies of the run before where a byte repeats: each kind of element occurs. */
export function snappyOf(contents: Uint8Array): Uint8Array {
  const parts = [varint(contents.length)];
  let i = 0;
  while (i < contents.length) {
    let run = 0;
    while (i > 0 && run < 60 && i + run < contents.length && contents[i + run] === contents[i - 1]) run++;
    if (run >= 12) parts.push(bytes(2 | ((run - 1) << 2), 1, 0));
    else if (run >= 4) parts.push(bytes(1 | ((run - 4) << 2), 1));
    else {
      run = Math.min(70, contents.length - i);
      for (let k = 1; k < run; k++) {
        if (contents[i + k] === contents[i + k - 1] && contents[i + k] === contents[i + k + 1]) run = k + 1;
      }
      const head = run <= 60 ? bytes((run - 1) << 2) : bytes(60 << 2, run - 1);
      parts.push(head, contents.subarray(i, i + run));
    }
    i += run;
  }
  return concatenated(...parts);
}

export function field(number: number, contents: Uint8Array): Uint8Array {
  return concatenated(varint(number * 8 + 2), varint(contents.length), contents);
}

export function varint(value: number): Uint8Array {
  const result: number[] = [];
  let rest = value;
  while (rest >= 128) {
    result.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return bytes(...result, rest);
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function concatenated(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

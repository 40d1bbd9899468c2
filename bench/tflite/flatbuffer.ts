/**
 * FlatBuffers, as far as a TFLite file needs them (https://flatbuffers.dev/internals/): tables, vectors and texts, each
 * after what refers to it. The numbers of long vectors are computed only when they are written.
 */

/** A piece of the file and what it refers to. */
export interface Part {
  /** The place in it that references point to. */
  readonly entry: number;
  readonly byteLength: number;
  readonly references: readonly { readonly at: number; readonly to: Part }[];
  /** With zeros in place of the references. */
  bytes(): Uint8Array;
}

/** Fields by their number in the schema: a number, another part, or nothing, which stands for the schema's default. */
export function table(fields: readonly (number | Part | undefined)[]): Part {
  const last = fields.findLastIndex((field) => field !== undefined);
  const present = fields.slice(0, last + 1);
  // Every field takes four bytes: a shorter number is read from the first of them.
  const slots = present.map((field, index) => (field === undefined ? 0 : 4 + 4 * index));
  const vtable = 4 + 2 * present.length;
  const entry = align(vtable, 4);
  const byteLength = entry + 4 + 4 * present.length;
  const references = present.flatMap((field, index) =>
    typeof field === "object" ? [{ at: entry + slots[index], to: field }] : [],
  );
  return {
    ...{ entry, byteLength, references },
    bytes() {
      const view = new DataView(new ArrayBuffer(byteLength));
      view.setUint16(0, vtable, true);
      view.setUint16(2, byteLength - entry, true);
      for (const [index, slot] of slots.entries()) view.setUint16(4 + 2 * index, slot, true);
      view.setInt32(entry, entry, true);
      for (const [index, field] of present.entries()) {
        if (typeof field === "number") view.setInt32(entry + slots[index], field, true);
      }
      return new Uint8Array(view.buffer);
    },
  };
}

/** A vector of tables. */
export function tables(parts: readonly Part[]): Part {
  const references = parts.map((to, index) => ({ at: 4 + 4 * index, to }));
  const byteLength = 4 + 4 * parts.length;
  return { entry: 0, byteLength, references, bytes: () => withCount(parts.length, byteLength) };
}

export function integers(numbers: readonly number[]): Part {
  const data = Int32Array.from(numbers);
  const bytes = new Uint8Array(data.buffer);
  return vector(numbers.length, bytes.length, () => bytes);
}

/** A vector of bytes, at a multiple of 16 bytes, as TFLite wants the numbers of its tensors. */
export function blob(byteLength: number, bytes: () => Uint8Array): Part {
  // Its count lies in the four bytes before, of which the part has 16.
  const padded = 16 + byteLength;
  return {
    ...{ entry: 12, byteLength: padded, references: [] },
    bytes() {
      const all = new Uint8Array(padded);
      new DataView(all.buffer).setUint32(12, byteLength, true);
      all.set(bytes(), 16);
      return all;
    },
  };
}

export function text(value: string): Part {
  const bytes = new TextEncoder().encode(`${value}\0`);
  return vector(bytes.length - 1, bytes.length, () => bytes);
}

function vector(count: number, length: number, bytes: () => Uint8Array): Part {
  return {
    ...{ entry: 0, byteLength: 4 + length, references: [] },
    bytes() {
      const all = withCount(count, 4 + length);
      all.set(bytes(), 4);
      return all;
    },
  };
}

function withCount(count: number, byteLength: number): Uint8Array {
  const all = new Uint8Array(byteLength);
  new DataView(all.buffer).setUint32(0, count, true);
  return all;
}

function align(place: number, multiple: number): number {
  return Math.ceil(place / multiple) * multiple;
}

/** Every part begins at a multiple of this, so that the numbers in it do too. */
const ALIGNMENT = 16;
const HEADER = 8;

/** The file's bytes in order: the root's place, the four letters of the format, and all parts. */
export function* fileOf(root: Part, identifier: string): Generator<Uint8Array> {
  const places = placesOf(root);
  const header = new Uint8Array(HEADER);
  new DataView(header.buffer).setUint32(0, (places.get(root) as number) + root.entry, true);
  header.set(new TextEncoder().encode(identifier), 4);
  yield header;
  let written = HEADER;
  for (const [part, place] of places) {
    if (place > written) yield new Uint8Array(place - written);
    const bytes = part.bytes();
    const view = new DataView(bytes.buffer);
    for (const { at, to } of part.references) {
      view.setUint32(at, (places.get(to) as number) + to.entry - (place + at), true);
    }
    yield bytes;
    written = place + bytes.length;
  }
}

function placesOf(root: Part): Map<Part, number> {
  const places = new Map<Part, number>();
  let end = HEADER;
  const waiting = [root];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    const place = align(end, ALIGNMENT);
    places.set(part, place);
    end = place + part.byteLength;
    for (const { to } of part.references) waiting.push(to);
  }
  return places;
}

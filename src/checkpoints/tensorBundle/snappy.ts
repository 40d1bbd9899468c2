import { ModelError } from "../../errors.ts";

/** A copy of 64 bytes takes 3, so unpacked data is at most this many times the stored length. */
const MAX_RATIO = 22;

/**
 * Unpacks raw snappy (google/snappy, format_description.txt): the length as a varint, then literals and
 * copies from up to 4 GB back. Nothing is allocated for a length that the input cannot hold.
 *
 * @throws ModelError if elements exceed the input or the output, or do not fill it.
 */
export function unsnappy(input: Uint8Array, where: string): Uint8Array {
  let position = 0;
  const length = littleEndian7();
  if (length > input.length * MAX_RATIO) {
    throw fail("a length that fits", `${length} bytes from ${input.length}`);
  }
  const output = new Uint8Array(length);
  let written = 0;
  while (position < input.length) {
    const tag = byte();
    if ((tag & 3) === 0) literal(tag >>> 2);
    else if ((tag & 3) === 1) copy(4 + ((tag >>> 2) & 7), (tag >>> 5) * 256 + byte());
    else copy(1 + (tag >>> 2), littleEndian((tag & 3) === 2 ? 2 : 4));
  }
  if (written !== length) throw fail(`${length} bytes`, String(written));
  return output;

  function literal(code: number): void {
    const count = 1 + (code < 60 ? code : littleEndian(code - 59));
    if (count > input.length - position) throw fail(`${count} bytes of a literal`, "the end of the data");
    room(count);
    output.set(input.subarray(position, position + count), written);
    position += count;
    written += count;
  }

  function copy(count: number, distance: number): void {
    if (distance === 0 || distance > written) {
      throw fail(`a copy from 1 to ${written} bytes back`, String(distance));
    }
    room(count);
    // Byte by byte, because a copy may overlap its own output.
    for (const end = written + count; written < end; written++) output[written] = output[written - distance];
  }

  function room(count: number): void {
    if (count > length - written) throw fail(`at most ${length} bytes`, String(written + count));
  }

  function littleEndian7(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = byte();
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) return value;
    }
    throw fail("a length of at most 5 bytes", "more");
  }

  function littleEndian(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += byte() * 2 ** (8 * i);
    return value;
  }

  function byte(): number {
    if (position >= input.length) throw fail("another byte", "the end of the data");
    return input[position++];
  }

  function fail(expected: string, got: string): ModelError {
    return new ModelError({ where: `${where}, snappy byte ${position}`, expected, got });
  }
}

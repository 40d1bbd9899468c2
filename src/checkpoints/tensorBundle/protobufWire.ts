import { ModelError } from "../../errors.ts";

/**
 * Protocol buffers' wire format (protobuf.dev, "Encoding"), as far as checkpoints need it. A message is read
 * field by field; fields that the reader does not ask for are skipped, as the format wants it.
 */
export interface WireField {
  /** A whole number from 0 to 2^53 - 1. */
  size(): number;
  fixed32(): number;
  /** Of a message, text or bytes; a view. */
  bytes(): Uint8Array;
  text(): string;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const TEXT = new TextDecoder("utf-8", { fatal: true });

/**
 * Calls `fields[number]` for each field in turn. Where a field is given twice it is called twice: a later
 * value replaces an earlier one by assignment. Throws ModelError, which tells the byte, for anything broken.
 */
export function readMessage(
  message: Uint8Array,
  where: string,
  fields: Readonly<Record<number, (field: WireField) => void>>,
): void {
  let position = 0;
  while (position < message.length) {
    const start = position;
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (number === 0 || number >= 2 ** 29) throw fail(start, "a field number", String(number));
    const value = payload(type, start);
    fields[number]?.(fieldOf(number, type, value, start));
  }

  function payload(type: number, start: number): number | Uint8Array {
    switch (type) {
      case VARINT:
        return varint();
      case FIXED64:
        return take(8);
      case LENGTH:
        return take(varint());
      case FIXED32:
        return take(4);
      default:
        throw fail(start, "wire type 0, 1, 2 or 5", String(type));
    }
  }

  function fieldOf(number: number, type: number, value: number | Uint8Array, start: number): WireField {
    const what = `field ${number}`;
    const bytes = (wanted: number): Uint8Array => {
      if (type === wanted && typeof value !== "number") return value;
      throw fail(start, `${what} of wire type ${wanted}`, `type ${type}`);
    };
    return {
      size() {
        if (typeof value !== "number") throw fail(start, `${what} of wire type 0`, `type ${type}`);
        if (Number.isSafeInteger(value)) return value;
        throw fail(start, `${what} from 0 to 2^53 - 1`, "a negative or larger number");
      },
      fixed32() {
        const four = bytes(FIXED32);
        return new DataView(four.buffer, four.byteOffset, 4).getUint32(0, true);
      },
      bytes: () => bytes(LENGTH),
      text() {
        try {
          return TEXT.decode(bytes(LENGTH));
        } catch (cause) {
          if (cause instanceof ModelError) throw cause;
          throw fail(start, `${what} as UTF-8`, "other bytes");
        }
      },
    };
  }

  /** Beyond 2^53 it is rounded, and so no safe integer any more. */
  function varint(): number {
    const start = position;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (position >= message.length) throw fail(start, "a whole number", "the end of the message");
      const byte = message[position++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw fail(start, "a number of at most 10 bytes", "more");
  }

  function take(length: number): Uint8Array {
    const left = message.length - position;
    if (length > left) throw fail(position, `${length} bytes`, `${left} up to the end of the message`);
    position += length;
    return message.subarray(position - length, position);
  }

  function fail(at: number, expected: string, got: string): ModelError {
    return new ModelError({ where: `${where}, byte ${at}`, expected, got });
  }
}

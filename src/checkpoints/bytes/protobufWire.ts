/**
 * Protocol buffers' wire format (protobuf.dev, "Encoding"), as far as checkpoints need it. A message is read
 * field by field; fields that the reader does not ask for are skipped, as the format demands.
 */
import { ModelError } from "../../errors.ts";

/** The value of a field. Each method throws ModelError if the field is of another type. */
export interface WireField {
  /** An integer from 0 to 2^53 - 1. */
  size(): number;
  /** Such integers of a repeated field: one, or as many as are packed into its bytes. */
  sizes(): readonly number[];
  fixed32(): number;
  /** A view of a message, text or bytes. */
  bytes(): Uint8Array;
  text(): string;
}

/**
 * Calls `fields[number]` for each field in turn. A field that occurs twice is called twice: by assignment, a
 * later value replaces an earlier one.
 *
 * @throws ModelError for a broken message, with the byte at which it breaks.
 */
export function readMessage(
  message: Uint8Array,
  where: string,
  fields: Readonly<Record<number, (field: WireField) => void>>,
): void {
  const reader = new WireReader(message, where);
  while (!reader.isAtEnd) {
    const start = reader.position;
    const tag = reader.varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (number === 0 || number >= 2 ** 29) throw reader.fault(start, "a field number", String(number));
    const value = reader.payload(type, start);
    fields[number]?.(
      fieldOf(`field ${number}`, type, value, (expected, got) => reader.fault(start, expected, got)),
    );
  }
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** Reads a message from its first byte to its last. */
class WireReader {
  position = 0;

  constructor(
    private readonly message: Uint8Array,
    private readonly where: string,
  ) {}

  get isAtEnd(): boolean {
    return this.position >= this.message.length;
  }

  /** The value of a field of this wire type, whose tag begins at `start`. */
  payload(type: number, start: number): number | Uint8Array {
    switch (type) {
      case VARINT:
        return this.varint();
      case FIXED64:
        return this.take(8);
      case LENGTH:
        return this.take(this.varint());
      case FIXED32:
        return this.take(4);
      default:
        throw this.fault(start, "wire type 0, 1, 2 or 5", String(type));
    }
  }

  /** A number above 2^53 is rounded, and so is no longer a safe integer. */
  varint(): number {
    const start = this.position;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.isAtEnd) throw this.fault(start, "a whole number", "the end of the message");
      const byte = this.message[this.position++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.fault(start, "a number of at most 10 bytes", "more");
  }

  fault(at: number, expected: string, got: string): ModelError {
    return new ModelError({ where: `${this.where}, byte ${at}`, expected, got });
  }

  private take(length: number): Uint8Array {
    const left = this.message.length - this.position;
    if (length > left) {
      throw this.fault(this.position, `${length} bytes`, `${left} up to the end of the message`);
    }
    this.position += length;
    return this.message.subarray(this.position - length, this.position);
  }
}

const TEXT = new TextDecoder("utf-8", { fatal: true });

function fieldOf(
  name: string,
  type: number,
  value: number | Uint8Array,
  fault: (expected: string, got: string) => ModelError,
): WireField {
  const bytes = (wanted: number): Uint8Array => {
    if (type === wanted && typeof value !== "number") return value;
    throw fault(`${name} of wire type ${wanted}`, `type ${type}`);
  };
  return {
    size() {
      if (typeof value !== "number") throw fault(`${name} of wire type ${VARINT}`, `type ${type}`);
      if (Number.isSafeInteger(value)) return value;
      throw fault(`${name} from 0 to 2^53 - 1`, "a negative or larger number");
    },
    sizes() {
      if (type !== LENGTH) return [this.size()];
      const packed = new WireReader(bytes(LENGTH), name);
      const sizes: number[] = [];
      while (!packed.isAtEnd) {
        const size = packed.varint();
        if (!Number.isSafeInteger(size))
          throw fault(`${name} from 0 to 2^53 - 1`, "a negative or larger number");
        sizes.push(size);
      }
      return sizes;
    },
    fixed32() {
      const four = bytes(FIXED32);
      return new DataView(four.buffer, four.byteOffset, 4).getUint32(0, true);
    },
    bytes: () => bytes(LENGTH),
    text() {
      const encoded = bytes(LENGTH);
      try {
        return TEXT.decode(encoded);
      } catch {
        throw fault(`${name} as UTF-8`, "other bytes");
      }
    },
  };
}

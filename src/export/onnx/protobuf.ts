import { concatenate } from "../../support/concatenate.ts";

/**
 * A writer of protobuf messages (https://protobuf.dev/programming-guides/encoding): each field is a tag and a value.
 * Large contents are computed only when they are written.
 */
export interface Message {
  readonly byteLength: number;
  readonly pieces: readonly Piece[];
}

type Piece = Uint8Array | LaterBytes;

/** Bytes that are computed when they are written. */
interface LaterBytes {
  readonly byteLength: number;
  bytes(): Uint8Array;
}

/** How a value is stored: the low three bits of a tag. */
const WIRE = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

/** A message of these fields. */
export function message(...fields: readonly (Message | readonly Message[])[]): Message {
  const all = fields.flat();
  return {
    byteLength: all.reduce((sum, { byteLength }) => sum + byteLength, 0),
    pieces: all.flatMap(({ pieces }) => pieces),
  };
}

export function integerField(id: number, value: number): Message {
  return literal([...tag(id, WIRE.varint), ...varint(value)]);
}

export function floatField(id: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return literal([...tag(id, WIRE.fixed32), ...bytes]);
}

export function textField(id: number, text: string): Message {
  return bytesField(id, new TextEncoder().encode(text));
}

/** Bytes, at once or computed later. */
export function bytesField(id: number, bytes: Piece): Message {
  return messageField(id, { byteLength: bytes.byteLength, pieces: [bytes] });
}

export function messageField(id: number, { byteLength, pieces }: Message): Message {
  const head = Uint8Array.from([...tag(id, WIRE.lengthDelimited), ...varint(byteLength)]);
  return { byteLength: head.length + byteLength, pieces: [head, ...pieces] };
}

/** Bytes of at least this number are passed on as they are; smaller ones are joined. */
const JOINED = 65_536;

/** The message's bytes in order, in pieces of a size that is fit for writing. */
export function* piecesOf({ pieces }: Message): Generator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    const bytes = piece instanceof Uint8Array ? piece : piece.bytes();
    if (bytes.length < JOINED) {
      waiting.push(bytes);
      length += bytes.length;
    }
    if (bytes.length >= JOINED || length >= JOINED) {
      if (length > 0) yield concatenate(waiting);
      [waiting, length] = [[], 0];
      if (bytes.length >= JOINED) yield bytes;
    }
  }
  if (length > 0) yield concatenate(waiting);
}

function literal(bytes: readonly number[]): Message {
  return { byteLength: bytes.length, pieces: [Uint8Array.from(bytes)] };
}

function tag(id: number, wire: number): number[] {
  return varint(id * 8 + wire);
}

/** Seven bits a byte, the lowest first. A negative number is written as its 64-bit two's complement. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

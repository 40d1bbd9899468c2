import type { FileKind } from "./kind.ts";
import { USE_CHECKPOINT } from "./signatures.ts";

/**
 * Models that are messages of protocol buffers. These have no signature, so their first fields decide. Undefined
 * for anything else.
 */
export function protobufKind(start: Uint8Array): FileKind | undefined {
  const [first, second] = fieldsOf(start);
  if (!first) return undefined;
  // SavedModel: schema version 1, then a graph that begins with its own description.
  if (first.number === 1 && first.value === 1 && second?.number === 2 && second.bytes?.[0] === 0x0a) {
    const hint = "Name the folder that holds its variables/, or use the training checkpoint.";
    return { family: "weights", what: "the graph of a SavedModel (saved_model.pb)", hint };
  }
  // ONNX: a version, then the name of the program that made it, or the graph, or the versions of its ops.
  const isVersion = first.number === 1 && (first.value ?? 0) >= 1 && (first.value ?? 0) <= 32;
  const isOnnx = second?.number === 2 ? isName(second.bytes) : second?.number === 7 || second?.number === 8;
  if (isVersion && second?.bytes && isOnnx) {
    return { reader: "onnx", family: "weights", what: "an ONNX model (.onnx)" };
  }
  // GraphDef: a node with its name and its op.
  const [name, op] = fieldsOf(first.bytes ?? new Uint8Array(0));
  const isNode = first.number === 1 && name?.number === 1 && op?.number === 2;
  if (isNode && isName(name.bytes) && isName(op.bytes)) {
    return { family: "weights", what: "a frozen graph of TensorFlow (.pb)", hint: USE_CHECKPOINT };
  }
  return undefined;
}

interface Field {
  readonly number: number;
  /** Of a number, or else the bytes of a text or a message, as far as they are there. */
  readonly value?: number;
  readonly bytes?: Uint8Array;
}

const [NUMBER, BYTES] = [0, 2];

/** The first two fields, fewer if the bytes are something else. */
function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (fields.length < 2 && at < message.length) {
    const tag = message[at++];
    const number = tag >> 3;
    let value = 0;
    for (let shift = 0; at < message.length; shift += 7) {
      const byte = message[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
      if (shift > 28) return fields;
    }
    if ((tag & 7) === NUMBER) fields.push({ number, value });
    else if ((tag & 7) === BYTES) fields.push({ number, bytes: message.subarray(at, at + value) });
    else return fields;
    if ((tag & 7) === BYTES) at += value;
  }
  return fields;
}

/** One to 100 characters of ASCII without spaces. */
function isName(bytes: Uint8Array | undefined): boolean {
  if (!bytes || bytes.length === 0 || bytes.length > 100) return false;
  return bytes.every((byte) => byte > 0x20 && byte < 0x7f);
}

/** A reader of ONNX files as far as `encodeOnnx` writes them, so that tests see what another program sees. */
export interface ReadOnnx {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly nodes: readonly ReadNode[];
  readonly tensors: ReadonlyMap<string, ReadTensor>;
  readonly inputs: readonly ReadValue[];
  readonly outputs: readonly ReadValue[];
  readonly values: readonly ReadValue[];
}

interface ReadNode {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
}

interface ReadTensor {
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly bytes: Uint8Array;
}

interface ReadValue {
  readonly name: string;
  readonly elementType: number;
  readonly dims: readonly number[];
}

/** A message's fields by number. Integers are bigints; everything else is its bytes. */
type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

export function readOnnx(bytes: Uint8Array): ReadOnnx {
  const model = fieldsOf(bytes);
  const graph = fieldsOf(one(model, 7));
  const opset = fieldsOf(one(model, 8));
  const metadata = all(model, 14).map((entry) => {
    const fields = fieldsOf(entry);
    return [text(fields, 1), text(fields, 2)] as const;
  });
  return {
    irVersion: integer(model, 1),
    opset: integer(opset, 2),
    producer: text(model, 2),
    metadata: new Map(metadata),
    nodes: all(graph, 1).map(nodeOf),
    tensors: new Map(all(graph, 5).map(tensorOf)),
    inputs: all(graph, 11).map(valueInfoOf),
    outputs: all(graph, 12).map(valueInfoOf),
    values: all(graph, 13).map(valueInfoOf),
  };
}

function nodeOf(bytes: Uint8Array): ReadNode {
  const fields = fieldsOf(bytes);
  const attributes = all(fields, 5).map((attribute) => {
    const of = fieldsOf(attribute);
    return [text(of, 1), attributeOf(of)] as const;
  });
  return {
    name: text(fields, 3),
    opType: text(fields, 4),
    inputs: all(fields, 1).map(decode),
    outputs: all(fields, 2).map(decode),
    attributes: Object.fromEntries(attributes),
  };
}

function attributeOf(fields: Fields): number | string | readonly number[] {
  switch (integer(fields, 20)) {
    case 1: {
      const bytes = one(fields, 2);
      return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
    }
    case 2:
      return integer(fields, 3);
    case 3:
      return text(fields, 4);
    case 7:
      return integers(fields, 8);
    default:
      throw new Error("an attribute of unknown type");
  }
}

function tensorOf(bytes: Uint8Array): [string, ReadTensor] {
  const fields = fieldsOf(bytes);
  const [raw = new Uint8Array()] = all(fields, 9);
  return [text(fields, 8), { dims: integers(fields, 1), dataType: integer(fields, 2), bytes: raw }];
}

function valueInfoOf(bytes: Uint8Array): ReadValue {
  const fields = fieldsOf(bytes);
  const type = fieldsOf(one(fieldsOf(one(fields, 2)), 1));
  const dims = all(fieldsOf(one(type, 2)), 1).map((side) => integer(fieldsOf(side), 1));
  return { name: text(fields, 1), elementType: integer(type, 1), dims };
}

function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++]);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return BigInt.asIntN(64, value);
    }
  };
  const take = (length: number) => {
    at += length;
    if (at > bytes.length) throw new Error("a field beyond its message");
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const kind = tag & 7;
    const value = kind === 0 ? varint() : take(kind === 2 ? Number(varint()) : 4);
    const values = fields.get(tag >> 3) ?? [];
    fields.set(tag >> 3, values);
    values.push(value);
  }
  return fields;
}

function all(fields: Fields, id: number): Uint8Array[] {
  return (fields.get(id) ?? []).filter((value) => value instanceof Uint8Array);
}

function one(fields: Fields, id: number): Uint8Array {
  const [value] = all(fields, id);
  if (!value) throw new Error(`no field ${id}`);
  return value;
}

function integers(fields: Fields, id: number): number[] {
  return (fields.get(id) ?? []).map(Number);
}

function integer(fields: Fields, id: number): number {
  return integers(fields, id)[0] ?? 0;
}

function text(fields: Fields, id: number): string {
  return decode(all(fields, id)[0] ?? new Uint8Array());
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

import type { Checkpoint } from "../../src/checkpoints/checkpoint.ts";
import { joined } from "../checkpoints/support/madeZip.ts";

/**
 * A state dict as torch before 1.6 writes it with `torch.save`: five pickles, then the elements of each storage
 * behind their number. Every variable has a storage of its own.
 */
export async function torchSave({ variables, read }: Checkpoint): Promise<Uint8Array> {
  const keys = [...variables.keys()];
  const data: Uint8Array[] = [];
  for (const [i, key] of keys.entries()) {
    const { dtype, byteLength } = variables.get(key) ?? { dtype: "", byteLength: 0 };
    const values = await read(key);
    if (values.length * (dtype === "I64" ? 8 : 4) !== byteLength)
      throw new Error(`${i} ${key} has no length`);
    const stored = dtype === "I64" ? BigInt64Array.from(values, BigInt) : values;
    data.push(int64(values.length), new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  }
  return joined([
    pickle(bytes(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)), // LONG1, the magic number
    pickle(int(1001)),
    pickle(text("}("), unicode("little_endian"), bytes(0x88), text("u")),
    pickle(ORDERED_DICT, text("("), ...keys.flatMap((key, i) => item(key, i, variables)), text("u")),
    pickle(text("]("), ...keys.map((_, i) => unicode(`${i}`)), text("e")),
    ...data,
  ]);
}

function item(key: string, storage: number, variables: Checkpoint["variables"]): Uint8Array[] {
  const { shape = [], dtype } = variables.get(key) ?? {};
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const count = shape.reduce((product, side) => product * side, 1);
  const ofClass = global("torch", dtype === "I64" ? "LongStorage" : "FloatStorage");
  const id = [text("("), unicode("storage"), ofClass, unicode(`${storage}`), unicode("cpu"), int(count)];
  return [
    ...[unicode(key), global("torch._utils", "_rebuild_tensor_v2"), text("(")],
    ...[...id, text("NtQ"), int(0), tuple(shape), tuple(strides), bytes(0x89), ORDERED_DICT],
    text("tR"),
  ];
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (characters: string) => new TextEncoder().encode(characters);
const int = (value: number) => joined([text("J"), new Uint8Array(Int32Array.of(value).buffer)]); // BININT
const int64 = (value: number) => new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
const tuple = (values: readonly number[]) => joined([text("("), ...values.map(int), text("t")]);
const global = (module: string, name: string) => text(`c${module}\n${name}\n`);
const ORDERED_DICT = joined([global("collections", "OrderedDict"), text(")R")]);

function unicode(value: string): Uint8Array {
  const utf8 = text(value);
  return joined([text("X"), new Uint8Array(Uint32Array.of(utf8.length).buffer), utf8]);
}

function pickle(...opcodes: readonly Uint8Array[]): Uint8Array {
  return joined([bytes(0x80, 2), ...opcodes, text(".")]);
}

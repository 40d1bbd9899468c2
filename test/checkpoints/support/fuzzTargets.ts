import { bytesSource } from "../../../src/checkpoints/bytes/randomAccessFile.ts";
import { nameParameters } from "../../../src/checkpoints/names/nameParameters.ts";
import { openCheckpoint } from "../../../src/checkpoints/openCheckpoint.ts";
import {
  listSafetensors,
  parseSafetensors,
  toFloat32,
} from "../../../src/checkpoints/safetensors/safetensors.ts";
import { elementCount } from "../../../src/tensor.ts";
import { movenetFile } from "./movenetFile.ts";
import { opened, type TfjsFile } from "./tfjsFile.ts";

/** What each fuzz target reads, and that what it accepts is consistent. */

/** What is accepted has every tensor's bytes fit its shape, and all bytes of the file in one tensor. */
export async function readSafetensors(bytes: Uint8Array): Promise<void> {
  const list = await listSafetensors(bytesSource(bytes, "fuzz.safetensors"));
  const { tensors } = parseSafetensors(bytes, "fuzz.safetensors");
  if (list.tensors.size !== tensors.size) throw new Error("the list is not the file's");
  let covered = 0;
  for (const [name, tensor] of tensors) {
    if (toFloat32(tensor).length !== elementCount(tensor.shape))
      throw new Error(`${name} does not fit its shape`);
    covered += tensor.bytes.length;
  }
  const header = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (8 + header + covered !== bytes.length) throw new Error("bytes that no tensor owns");
}

const RECORD_SEPARATOR = 0x1e;

/** model.json and its shard as one string of bytes, which mutations may change on both sides. */
export function packTfjs(file: TfjsFile): Uint8Array {
  const [shard] = file.shards.values();
  return Uint8Array.from([...opened(file).bytes, RECORD_SEPARATOR, ...shard]);
}

export async function readTfjs(packed: Uint8Array): Promise<void> {
  const end = packed.indexOf(RECORD_SEPARATOR);
  const bytes = end < 0 ? packed : packed.subarray(0, end);
  await readAll(bytes, end < 0 ? new Uint8Array(0) : packed.subarray(end + 1));
}

async function readAll(bytes: Uint8Array, shard: Uint8Array): Promise<void> {
  const readSibling = async () => shard;
  const checkpoint = await nameParameters(await openCheckpoint({ where: "model.json", bytes, readSibling }));
  for (const [name, { dtype, shape }] of checkpoint.variables) {
    if (dtype === "STRING") continue;
    const { length } = await checkpoint.read(name);
    if (length !== elementCount(shape)) throw new Error(`${name} does not fit its shape`);
  }
}

/** What a JSON value may be replaced by; deep and large ones among them. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  "",
  "__proto__",
  "../x",
  "NaN",
  [],
  [[]],
  {},
  { list: [] },
  [2 ** 31, 2 ** 31, 2 ** 31],
  new Array(1000).fill(1),
];

const MODELS = [movenetFile("several"), movenetFile("one")].map((file) => JSON.stringify(file.json));
const SHARDS = [movenetFile("several"), movenetFile("one")].map(({ shards }) => [...shards.values()][0]);

/**
 * Changes of a MoveNet graph that keep it JSON: `recipe` chooses the model (byte 0) and then, three bytes a
 * change, the place and the odd value to be put there, or another value of the same file.
 */
export async function readSpoiltMovenet(recipe: Uint8Array): Promise<void> {
  const which = (recipe[0] ?? 0) % 2;
  const json: unknown = JSON.parse(MODELS[which]);
  const places = placesOf(json);
  for (let i = 1; i + 2 < recipe.length; i += 3) {
    const place = places[(recipe[i] * 256 + recipe[i + 1]) % places.length];
    const choice = recipe[i + 2];
    const other = places[(choice * 7919) % places.length];
    const odd = ODD_VALUES[choice % ODD_VALUES.length];
    place.parent[place.key] = choice < 128 ? odd : structuredClone(other.parent[other.key]);
  }
  await readAll(new TextEncoder().encode(JSON.stringify(json)), SHARDS[which]);
}

interface Place {
  parent: Record<string, unknown>;
  key: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...placesOf(parent[key])]);
}

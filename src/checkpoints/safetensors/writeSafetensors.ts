import { UsageError } from "../../errors.ts";
import { elementCount, formatShape } from "../../tensor.ts";
import { byteLengthOf, type FloatDtype, fromFloat32, fromInt32 } from "../bytes/dtype.ts";
import { quote } from "../bytes/json.ts";

const METADATA = "__metadata__";

/** A file that is produced while it is written, so that it never takes memory beside its source. */
export interface FilePieces {
  readonly byteLength: number;
  readonly pieces: Iterable<Uint8Array>;
}

/** What a file may hold: float numbers, or positions. */
export interface SafetensorsData {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/**
 * Makes a safetensors file (format: safetensors.ts) of `tensors`, in their order. Floats are written as `dtype`, rounded
 * to nearest, integers as I32. The same input gives the same bytes.
 *
 * @throws UsageError if a tensor's shape and data disagree.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsData>,
  metadata: ReadonlyMap<string, string>,
  { dtype }: { dtype: FloatDtype },
): FilePieces {
  const entries: [string, unknown][] = [];
  if (metadata.size > 0) entries.push([METADATA, Object.fromEntries(metadata)]);
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA || elementCount(shape) !== data.length) {
      const got = `${data.length} elements of shape ${formatShape(shape)}`;
      throw new UsageError({
        where: `tensor ${quote(name)}`,
        expected: "a name and shape fit for its data",
        got,
      });
    }
    const stored = data instanceof Int32Array ? "I32" : dtype;
    const end = offset + byteLengthOf(stored, shape, `tensor ${quote(name)}`);
    entries.push([name, { dtype: stored, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const header = headerBytes(entries);
  return {
    byteLength: header.length + offset,
    pieces: {
      *[Symbol.iterator]() {
        yield header;
        for (const { data } of tensors.values())
          yield data instanceof Int32Array ? fromInt32(data) : fromFloat32(data, dtype);
      },
    },
  };
}

function headerBytes(entries: readonly [string, unknown][]): Uint8Array {
  // fromEntries defines each key as its own property, so that even "__proto__" is written.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8; // the format requires tensors aligned to 8 bytes
  const header = new Uint8Array(8 + length).fill(" ".charCodeAt(0), 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

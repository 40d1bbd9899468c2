import { elementCount } from "../tensor.ts";
import type { Checkpoint, Quantization } from "./checkpoint.ts";

/** What `centernet inspect` shows of a file. Variables have the names that the file gives them. */
export interface CheckpointDescription {
  format: string;
  where: string;
  metadata: Readonly<Record<string, string>>;
  rows: {
    name: string;
    dtype: string;
    shape: readonly number[];
    /** Size in the file. */
    bytes: number;
    quantization?: Quantization;
    /** CRC-32C of its bytes as eight hexadecimal digits, if the format stores one. */
    crc32c?: string;
  }[];
  totals: { variables: number; elements: number; bytes: number };
}

export function describeCheckpoint(checkpoint: Checkpoint): CheckpointDescription {
  const rows = [...checkpoint.variables].map(
    ([name, { dtype, shape, byteLength, quantization, checksum }]) => ({
      name,
      dtype,
      shape,
      bytes: byteLength,
      ...(quantization && { quantization }),
      ...(checksum !== undefined && { crc32c: checksum.toString(16).padStart(8, "0") }),
    }),
  );
  return {
    format: checkpoint.format,
    where: checkpoint.where,
    metadata: Object.fromEntries(checkpoint.metadata),
    rows,
    totals: {
      variables: rows.length,
      elements: rows.reduce((sum, { shape }) => sum + elementCount(shape), 0),
      bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  };
}

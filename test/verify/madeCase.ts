import type { JsonValue } from "../../src/checkpoints/bytes/json.ts";
import { type GoldenCase, readGoldenCase } from "../../src/verify/goldenCase.ts";

/** Small golden cases made up for a test; `case.json` as a plain object, the numbers beside it. */
export type Stored = Float32Array | Int32Array | Uint8Array;
export type CaseFields = Record<string, unknown>;

export interface MadeTap {
  name: string;
  role?: string;
  shape: number[];
  layout?: string;
  values: Stored;
  /** Flat positions of `values`, where they are samples. */
  positions?: Int32Array;
  std?: number;
}

const DTYPES = new Map<unknown, { name: string; stored: string }>([
  [Float32Array, { name: "float32", stored: "F32" }],
  [Int32Array, { name: "int32", stored: "I32" }],
  [Uint8Array, { name: "uint8", stored: "U8" }],
]);

function dtypeOf(values: Stored): { name: string; stored: string } {
  const dtype = DTYPES.get(values.constructor);
  if (!dtype) throw new Error("no such type in a case");
  return dtype;
}

export interface CaseFiles {
  description: CaseFields & { taps: CaseFields[] };
  tensors: Map<string, { shape: number[]; values: Stored }>;
}

/** A 2x2 image as the input, and these taps. */
export function madeFiles(taps: MadeTap[], tolerance: JsonValue | CaseFields = {}): CaseFiles {
  const tensors: CaseFiles["tensors"] = new Map([
    ["input", { shape: [1, 2, 2, 3], values: Uint8Array.from({ length: 12 }, (_, i) => i * 20) }],
  ]);
  const described = taps.map(({ name, role = "tap", shape, layout = "NHWC", values, positions, std }) => {
    if (positions) {
      tensors.set(`${name}.index`, { shape: [positions.length], values: positions });
      tensors.set(`${name}.value`, { shape: [values.length], values });
    } else {
      tensors.set(name, { shape, values });
    }
    const stored = positions
      ? { sampled: { index: `${name}.index`, value: `${name}.value` } }
      : { tensor: name };
    const stats = std === undefined ? {} : { stats: { std } };
    return { name, role, shape, dtype: dtypeOf(values).name, layout, ...stored, ...stats };
  });
  const description = {
    family: "tfjs",
    model: "made up",
    source: "a test",
    input: { tensor: "input" },
    checkpoint: null,
    tensors: "tensors.safetensors",
    tolerance,
    taps: described,
  };
  return { description, tensors };
}

export function safetensorsOf(
  tensors: CaseFiles["tensors"],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, { shape, values }] of tensors) {
    const end = offset + values.byteLength;
    header[name] = { dtype: dtypeOf(values).stored, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let position = 8 + text.length;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position);
    position += values.byteLength;
  }
  return bytes;
}

export function readFilesOf({ description, tensors }: CaseFiles): (name: string) => Promise<Uint8Array> {
  return async (name) => {
    if (name === "case.json") return new TextEncoder().encode(JSON.stringify(description));
    if (name === "tensors.safetensors") return safetensorsOf(tensors);
    throw new Error(`no file ${name}`);
  };
}

export function madeCase(taps: MadeTap[], tolerance: CaseFields = {}): Promise<GoldenCase> {
  return readGoldenCase(readFilesOf(madeFiles(taps, tolerance)), "made");
}

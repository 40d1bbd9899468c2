import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { bytesSource, type RandomAccessFile } from "../../../src/checkpoints/bytes/randomAccessFile.ts";
import { openTorch } from "../../../src/checkpoints/torch/torch.ts";
import { OWN_GOLDENS } from "../../support/goldens.ts";

/** One file of the manifest, which says what must happen. */
export interface TorchFileCase {
  readonly file: string;
  readonly must: string;
  readonly what: string;
  readonly expect?: string;
  readonly message_should_name?: string;
}

interface Expected {
  /** `first`: up to 8 values in row-major order; `sum` in float64. */
  readonly variables: Record<string, { shape: number[]; dtype: string; first: Value[]; sum: Value }>;
  readonly order: string[];
}

/** JSON has no others than finite numbers: "inf", "-inf", "nan". */
type Value = number | string;

export const TORCH_FILES = join(OWN_GOLDENS, "triplet/torch-files");

export function torchFileCases(): TorchFileCase[] {
  return JSON.parse(readFileSync(join(TORCH_FILES, "manifest.json"), "utf8")).files;
}

export function torchFileBytes(name: string, folder = TORCH_FILES): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, name)));
}

/** Every variable's values, by name, one read after the other. */
export async function readAll(source: RandomAccessFile): Promise<Map<string, Float32Array>> {
  const checkpoint = await openTorch(source);
  const values = new Map<string, Float32Array>();
  for (const name of checkpoint.variables.keys()) values.set(name, await checkpoint.read(name));
  return values;
}

const DTYPES: Record<string, string> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

/** That the file is read as PyTorch reads it: names and their order, shapes, types, values. */
export async function expectLoads(
  { file, expect: expectation }: TorchFileCase,
  folder: string,
): Promise<void> {
  const source = bytesSource(torchFileBytes(file, folder), file);
  const { variables } = await openTorch(source);
  const values = await readAll(source);
  const { variables: expected, order } = JSON.parse(
    readFileSync(join(folder, expectation ?? ""), "utf8"),
  ) as Expected;
  expect([...variables.keys()]).toEqual(order);
  for (const [name, { shape, dtype, first, sum }] of Object.entries(expected)) {
    expect({ name, ...variables.get(name) }).toMatchObject({ name, shape, dtype: DTYPES[dtype] });
    const got = values.get(name) ?? new Float32Array(0);
    expect([...got.subarray(0, 8)], name).toEqual(first.map((value) => Math.fround(Number(numeral(value)))));
    const total = got.reduce((partial, value) => partial + value, 0);
    const wanted = Number(numeral(sum));
    if (Number.isNaN(wanted)) expect(total, name).toBeNaN();
    else expect(Math.abs(total - wanted), name).toBeLessThanOrEqual(1e-6 * (1 + got.length));
  }
}

function numeral(value: Value): Value {
  return typeof value === "string" ? value.replace("inf", "Infinity") : value;
}

import { type SafetensorsData, writeSafetensors } from "../../checkpoints/safetensors/writeSafetensors.ts";
import { UsageError } from "../../errors.ts";
import { concatenate } from "../../support/concatenate.ts";
import type { Shape, Tensor } from "../../tensor.ts";
import type { Tolerance } from "../caseDescription.ts";
import { standardDeviation } from "../compare.ts";
import { INPUT_KEY, TENSORS_FILE } from "./genericCase.ts";
import { samplePositions } from "./samplePositions.ts";

/** A value of the network as a golden case stores it: whole, or the numbers at `positions`. */
export interface GoldenValue {
  readonly shape: Shape;
  readonly values: Float32Array;
  /** Flat positions, NHWC. */
  readonly positions?: Int32Array;
  /** Standard deviation of the whole tensor, beside `positions`. */
  readonly std?: number;
}

/** Larger tensors are sampled: 1 MiB of numbers. */
const WHOLE_UP_TO = 262_144;

/**
 * Reduces a value to what a case stores, so that a network can be walked value by value. More than `wholeUpTo` numbers
 * become 4096 samples and the standard deviation of all; fewer are kept as they are, not copied.
 */
export function goldenValue(name: string, { shape, data }: Tensor, wholeUpTo = WHOLE_UP_TO): GoldenValue {
  if (data.length <= wholeUpTo) return { shape, values: data };
  const positions = samplePositions(name, data.length);
  const values = Float32Array.from(positions, (position) => data[position]);
  return { shape, values, positions, std: standardDeviation(data) };
}

export interface GoldenCaseFacts {
  /** The model's name, if it has one. */
  readonly model?: string;
  /** What computed the values. */
  readonly source: string;
  /** The network's input, NHWC. */
  readonly input: Tensor;
  /** For every tap. A number is the largest difference in standard deviations of the tap. */
  readonly tolerance: number | Tolerance;
  /** False if the values come from a run of each op on its own: `verify` then runs the network that way, too. */
  readonly fuse?: boolean;
}

/** File name → bytes. */
export type GoldenCaseFiles = Readonly<Record<"case.json" | typeof TENSORS_FILE, Uint8Array>>;

/**
 * Makes the files of a golden case that `verify` and `readGoldenCase` read. `values` are by node name, in the network's
 * order. The same values give the same bytes.
 *
 * @throws UsageError for no values, or shapes and data that disagree.
 */
export function goldenCaseFiles(
  values: ReadonlyMap<string, GoldenValue>,
  { model, source, input, tolerance, fuse }: GoldenCaseFacts,
): GoldenCaseFiles {
  if (values.size === 0) throw new UsageError({ where: "goldenCaseFiles", expected: "values", got: "none" });
  const tensors = new Map<string, SafetensorsData>([[INPUT_KEY, input]]);
  const taps: unknown[] = [];
  for (const [name, { shape, values: numbers, positions, std }] of values) {
    if (name === INPUT_KEY) {
      throw new UsageError({ where: "goldenCaseFiles", expected: "names of nodes", got: `"${INPUT_KEY}"` });
    }
    if (positions === undefined) {
      tensors.set(name, { shape, data: numbers });
      taps.push(name);
      continue;
    }
    const sampled = { index: `${name}.index`, value: `${name}.value` };
    tensors.set(sampled.index, { shape: [positions.length], data: positions });
    tensors.set(sampled.value, { shape: [numbers.length], data: numbers });
    taps.push({ name, shape, layout: "NHWC", sampled, stats: { std } });
  }
  const description = {
    ...{ family: "generic", model, source, tolerance, layout: "NHWC" },
    ...(fuse === false && { fuse }),
    taps,
  };
  const { pieces } = writeSafetensors(tensors, new Map(), { dtype: "F32" });
  return {
    "case.json": new TextEncoder().encode(`${JSON.stringify(description, null, 1)}\n`),
    [TENSORS_FILE]: concatenate([...pieces]),
  };
}

import { ModelError } from "../errors.ts";
import { toChannelsLast } from "../formats/layout.ts";
import type { NetworkOptions } from "../network.ts";
import { elementCount, formatShape, sameShape, type Tensor } from "../tensor.ts";
import type { Role, Tolerance } from "./caseDescription.ts";
import { type Comparison, compare, EXACT, standardDeviation, statesMeasure } from "./compare.ts";
import { type GoldenCase, type GoldenTap, goldenInput, inTapLayout } from "./goldenCase.ts";
import { compareRows, type RowsOf } from "./rows/compareRows.ts";
import { compareWithTruth, type TruthComparison } from "./truth/truth.ts";

/** Where this project has the numbers of a case's tap. */
export type TapSource<Decoded> =
  /** A value of the network's graph, by its name. */
  | { readonly value: string }
  /** Numbers of the decode, or recomputed from them; undefined if there are none. */
  | { readonly decoded: (decoded: Decoded) => DecodedTap | undefined }
  /** A tap with its own comparison. */
  | { readonly outcome: (decoded: Decoded, tap: GoldenTap, golden: GoldenCase) => Outcome };

export interface DecodedTap {
  readonly values: Float32Array | Int32Array;
  /**
   * The tap's units per unit of the output: 1 for scores and fractions, the map's side for cells. A case without
   * a tolerance for `decode` uses the output's, converted by this factor.
   */
  readonly unitsPerOutput: number;
  /**
   * Which tolerance applies if the case states them by quantity instead of role (`score`, `coordinate`);
   * `exact` if nothing may differ.
   */
  readonly quantity?: string;
  /** Set if the rows belong to candidates and may change places. */
  readonly rows?: RowsOf;
}

/** What verification needs of a model: one run of the network on a given input. */
export interface CaseRunner<Decoded> {
  /** Maps the original's tap names to this project's values; undefined for an unknown tap. */
  readonly tapSource: (name: string) => TapSource<Decoded> | undefined;
  /** Why a tap has no source, as a sentence. */
  readonly explain?: (name: string) => string;
  /** Runs the network on `input` ([1, h, w, 3], values as in the case) and returns the named values. */
  run(input: Tensor, values: readonly string[]): Promise<CaseRun<Decoded>>;
}

export interface CaseRun<Decoded> {
  /** By name; names that the graph does not have are omitted. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Names hidden inside a fused group; their values come from a run of the unfused graph. */
  readonly unfused: ReadonlySet<string>;
  readonly decoded: Decoded;
}

export interface VerifyOptions {
  /** Replaces the case's tolerance for these roles; the report states the reason. */
  tolerance?: { readonly by: ReadonlyMap<Role, Tolerance>; readonly reason: string };
  /** The network's input, if the case only names an image. */
  input?: Tensor;
  onCompared?: OnCompared;
}

/** Those of `load`, but for the size, which the case decides. */
export interface VerifyModelOptions extends Omit<NetworkOptions, "inputSize" | "fuse"> {
  /** Called with each tap as it is compared, and with its numbers. */
  readonly onCompared?: OnCompared;
}

/** Called for each tap, in the network's order. */
export type OnCompared = (tap: TapReport, maps: TapMaps | undefined) => void;

/** A map in this project's layout. Absent for a tap that is no map, or of which the case holds samples only. */
export interface TapMaps {
  readonly got: Tensor;
  readonly expected: Tensor;
}

export interface CaseReport {
  readonly name: string;
  readonly model: string;
  readonly source: string;
  /** All taps, in network order. */
  readonly taps: readonly TapReport[];
  readonly firstBeyond?: TapReport;
  readonly pass: boolean;
  /** The backend and its settings, as text. */
  readonly ranOn?: string;
  /** Why the case's own tolerances were not used. */
  readonly toleranceReason?: string;
}

export interface TapReport {
  readonly name: string;
  readonly role: Role;
  readonly shape: readonly number[];
  readonly meaning?: string;
  readonly pass: boolean;
  readonly unfused: boolean;
  /** Errors against float64 in the unit of `compared`, if the case has the tap in float64. */
  readonly truth?: TruthComparison;
  /** Absent if there is a `problem`. */
  readonly compared?: Comparison & { readonly tolerance: Tolerance };
  /** Why the tap could not be compared. This counts as a failure. */
  readonly problem?: string;
}

/**
 * Runs a golden case and compares every tap except the inputs, in network order. All taps are compared, even
 * after a difference; a tap without a counterpart is a failure.
 *
 * @throws ModelError if the case has no input tensor, or is one that anything would pass.
 * @throws whatever the runner throws.
 */
export async function verifyCase<Decoded>(
  golden: GoldenCase,
  runner: CaseRunner<Decoded>,
  options: VerifyOptions = {},
): Promise<CaseReport> {
  const checked = golden.taps.filter(({ role }) => role !== "input");
  refuseEmpty(golden, checked);
  const names = new Set<string>();
  for (const { name } of checked) {
    const source = runner.tapSource(name);
    if (source && "value" in source) names.add(source.value);
  }
  const run = await runner.run(options.input ?? goldenInput(golden), [...names]);
  const taps = checked.map((tap): TapReport => {
    const source = runner.tapSource(tap.name);
    const unfused = source !== undefined && "value" in source && run.unfused.has(source.value);
    const { name, role, shape, meaning } = tap;
    const outcome = source
      ? compareTap(golden, tap, source, run, options)
      : { problem: runner.explain?.(name) ?? "this tap is not mapped to a value of the model" };
    const pass = outcome.compared?.pass ?? false;
    const report = { name, role, shape, meaning, unfused, pass, ...outcome };
    options.onCompared?.(report, source && mapsOf(tap, source, run));
    return report;
  });
  const firstBeyond = taps.find(({ pass }) => !pass);
  return {
    name: golden.name,
    model: golden.model ?? "",
    source: golden.source,
    taps,
    firstBeyond,
    pass: firstBeyond === undefined,
    toleranceReason: options.tolerance?.reason,
  };
}

function mapsOf<Decoded>(
  { values, positions, layout, shape }: GoldenTap,
  source: TapSource<Decoded>,
  run: CaseRun<Decoded>,
): TapMaps | undefined {
  const got = "value" in source ? run.values.get(source.value) : undefined;
  if (!got || positions || !(values instanceof Float32Array)) return undefined;
  const order = layout === "NCHW" ? "NCHW" : "NHWC";
  if (!sameShape(shape, order === "NCHW" ? channelsFirst(got.shape) : got.shape)) return undefined;
  return { got, expected: toChannelsLast(values, got.shape, order) };
}

/** Nothing to compare, or nothing to compare it by, would pass as well as a perfect result. */
function refuseEmpty({ name, tolerance }: GoldenCase, checked: readonly GoldenTap[]): void {
  if (checked.length === 0) throw new ModelError({ where: name, expected: "taps to compare", got: "none" });
  // Whole numbers must be equal.
  if (tolerance.by.size > 0) return;
  if (checked.every((tap) => tap.dtype !== "float32" || tap.tolerance)) return;
  throw new ModelError({ where: name, expected: "tolerances for its taps", got: "none" });
}

export type Outcome = Pick<TapReport, "compared" | "problem" | "truth">;

function compareTap<Decoded>(
  golden: GoldenCase,
  tap: GoldenTap,
  source: TapSource<Decoded>,
  run: CaseRun<Decoded>,
  options: VerifyOptions,
): Outcome {
  if ("outcome" in source) return source.outcome(run.decoded, tap, golden);
  let got: ArrayLike<number>;
  let decoded: DecodedTap | undefined;
  if ("value" in source) {
    const found = run.values.get(source.value);
    if (!found) return { problem: `the model has no value ${source.value}` };
    const shape = tap.layout === "NCHW" ? channelsFirst(found.shape) : found.shape;
    if (formatShape(shape) !== formatShape(tap.shape)) {
      return { problem: `expected shape ${formatShape(tap.shape)}, got ${formatShape(shape)}` };
    }
    got = inTapLayout(found, tap.layout);
  } else {
    decoded = source.decoded(run.decoded);
    if (!decoded) return { problem: "the model's decode has no such value" };
    got = decoded.values;
    if (got.length !== elementCount(tap.shape)) {
      const expected = `${elementCount(tap.shape)} elements of shape ${formatShape(tap.shape)}`;
      return { problem: `expected ${expected}, got ${got.length}` };
    }
  }
  const tolerance = toleranceOf(golden, tap, decoded, options);
  if (!tolerance) return { problem: `the case states no tolerance for its role, ${tap.role}` };
  if (!decoded?.rows) {
    const compared = { ...compare(tap, got, tolerance), tolerance };
    const truth = truthOf(golden, tap, source, got, compared.measure);
    return { compared, ...(truth && { truth }) };
  }
  const outcome = compareRows(golden, tap, got, decoded.rows, tolerance);
  return "problem" in outcome ? outcome : { compared: { ...outcome.compared, tolerance } };
}

/** A float64 dump may use the tap's name or this project's. */
function truthOf<Decoded>(
  { truth }: GoldenCase,
  tap: GoldenTap,
  source: TapSource<Decoded>,
  got: ArrayLike<number>,
  measure: Comparison["measure"],
): TruthComparison | undefined {
  const names = "value" in source ? [tap.name, source.value] : [tap.name];
  const map = tap.layout === "NHWC" ? { layout: tap.layout } : undefined;
  const values = tap.dtype === "float32" ? truth?.find(names, tap.shape, map) : undefined;
  if (!values) return undefined;
  const unit = measure === "spread" ? (tap.std ?? standardDeviation(tap.values)) : 1;
  return compareWithTruth(values, tap, got, unit);
}

function toleranceOf(
  golden: GoldenCase,
  { role, dtype, tolerance: own }: GoldenTap,
  { quantity, unitsPerOutput }: Partial<DecodedTap> = {},
  options: VerifyOptions,
): Tolerance | undefined {
  if (dtype !== "float32" || quantity === "exact") return EXACT;
  if (quantity !== undefined) {
    const { absolute } = golden.tolerance.by.get(quantity) ?? {};
    return absolute === undefined ? undefined : { absolute: absolute * (unitsPerOutput ?? 1) };
  }
  const stated = own ?? options.tolerance?.by.get(role) ?? golden.tolerance.by.get(role);
  if (stated) return statesMeasure(stated) ? stated : undefined;
  const output = golden.tolerance.by.get("output");
  if (role !== "decode" || unitsPerOutput === undefined || output?.absolute === undefined) return undefined;
  return { absolute: output.absolute * unitsPerOutput, relative: output.relative };
}

function channelsFirst([batch, height, width, channels]: Tensor["shape"]): number[] {
  return [batch, channels, height, width];
}

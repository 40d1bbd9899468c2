import { elementCount, formatShape, type Tensor } from "../tensor.ts";
import type { Role, Tolerance } from "./caseDescription.ts";
import { type Comparison, compare, EXACT, statesMeasure } from "./compare.ts";
import { compareRows, type RowsOf } from "./compareRows.ts";
import { type GoldenCase, type GoldenTap, goldenInput, inTapLayout } from "./goldenCase.ts";

/** Where one of a case's taps is to be found in this project. */
export type TapSource<Decoded> =
  /** A value of the network's graph, by its name. */
  | { readonly value: string }
  /** A number of the decode, or something recomputed from its numbers; undefined where it has no such. */
  | { readonly decoded: (decoded: Decoded) => DecodedTap | undefined }
  /** Something that is compared in a way of its own. */
  | { readonly outcome: (decoded: Decoded, tap: GoldenTap, golden: GoldenCase) => Outcome };

export interface DecodedTap {
  readonly values: Float32Array | Int32Array;
  /**
   * How many of the tap's units make one of the output's. A case that states no tolerance for `decode` holds
   * it to that of its output, in these units: 1 for scores and fractions, the map's side for cells.
   */
  readonly unitsPerOutput: number;
  /**
   * Whose tolerance holds, where the case states them by quantity and not by role (`score`, `coordinate`);
   * `exact` where nothing may differ.
   */
  readonly quantity?: string;
  /** Where rows are candidates' and may change places. */
  readonly rows?: RowsOf;
}

/** What a model offers to be verified: one run of the network on a given input. */
export interface CaseRunner<Decoded> {
  /** This family's table of the original's tap names; undefined for a tap it does not know. */
  readonly tapSource: (name: string) => TapSource<Decoded> | undefined;
  /** Runs the network on `input` ([1, h, w, 3], values as in the case) and returns the values so named. */
  run(input: Tensor, values: readonly string[]): Promise<CaseRun<Decoded>>;
}

export interface CaseRun<Decoded> {
  /** By name; a name that the graph does not have is left out. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Names that a fused group hides, so that they were taken from a run of the unfused graph. */
  readonly unfused: ReadonlySet<string>;
  readonly decoded: Decoded;
}

export interface VerifyOptions {
  /** Takes the place of the case's tolerance for these roles; the report repeats the reason. */
  tolerance?: { readonly by: ReadonlyMap<Role, Tolerance>; readonly reason: string };
  /** What the network is fed, where the case holds only the name of an image. */
  input?: Tensor;
}

export interface CaseReport {
  readonly name: string;
  readonly model: string;
  readonly source: string;
  /** In the network's order, all of them. */
  readonly taps: readonly TapReport[];
  readonly firstBeyond?: TapReport;
  readonly pass: boolean;
  /** The backend and how it ran, in words. */
  readonly ranOn?: string;
  /** Why the tolerances are not the case's own. */
  readonly toleranceReason?: string;
}

export interface TapReport {
  readonly name: string;
  readonly role: Role;
  readonly shape: readonly number[];
  readonly meaning?: string;
  readonly pass: boolean;
  readonly unfused: boolean;
  /** Absent where there is a `problem`. */
  readonly compared?: Comparison & { readonly tolerance: Tolerance };
  /** Why the tap could not be compared, which counts as beyond. */
  readonly problem?: string;
}

/**
 * Runs a golden case and compares every tap but its inputs, in the network's order. Nothing stops at the
 * first difference; a tap that has no counterpart is a failure. Throws ModelError where the case has no
 * input tensor, and whatever the runner throws.
 */
export async function verifyCase<Decoded>(
  golden: GoldenCase,
  runner: CaseRunner<Decoded>,
  options: VerifyOptions = {},
): Promise<CaseReport> {
  const checked = golden.taps.filter(({ role }) => role !== "input");
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
    const outcome = compareTap(golden, tap, source, run, options);
    return { name, role, shape, meaning, unfused, pass: outcome.compared?.pass ?? false, ...outcome };
  });
  const firstBeyond = taps.find(({ pass }) => !pass);
  return {
    name: golden.name,
    model: golden.model,
    source: golden.source,
    taps,
    firstBeyond,
    pass: firstBeyond === undefined,
    toleranceReason: options.tolerance?.reason,
  };
}

export type Outcome = Pick<TapReport, "compared" | "problem">;

function compareTap<Decoded>(
  golden: GoldenCase,
  tap: GoldenTap,
  source: TapSource<Decoded> | undefined,
  run: CaseRun<Decoded>,
  options: VerifyOptions,
): Outcome {
  if (source === undefined) return { problem: "this tap is not mapped to a value of the model" };
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
  if (!decoded?.rows) return { compared: { ...compare(tap, got, tolerance), tolerance } };
  const outcome = compareRows(golden, tap, got, decoded.rows, tolerance);
  return "problem" in outcome ? outcome : { compared: { ...outcome.compared, tolerance } };
}

function toleranceOf(
  golden: GoldenCase,
  { role, dtype }: GoldenTap,
  { quantity, unitsPerOutput }: Partial<DecodedTap> = {},
  options: VerifyOptions,
): Tolerance | undefined {
  if (dtype !== "float32" || quantity === "exact") return EXACT;
  if (quantity !== undefined) {
    const { absolute } = golden.tolerance.by.get(quantity) ?? {};
    return absolute === undefined ? undefined : { absolute: absolute * (unitsPerOutput ?? 1) };
  }
  const stated = options.tolerance?.by.get(role) ?? golden.tolerance.by.get(role);
  if (stated) return statesMeasure(stated) ? stated : undefined;
  const output = golden.tolerance.by.get("output");
  if (role !== "decode" || unitsPerOutput === undefined || output?.absolute === undefined) return undefined;
  return { absolute: output.absolute * unitsPerOutput, relative: output.relative };
}

function channelsFirst([batch, height, width, channels]: Tensor["shape"]): number[] {
  return [batch, channels, height, width];
}

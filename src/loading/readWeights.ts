/**
 * Reads a model's weights out of a checkpoint: exactly its parameters, or one error that says all
 * differences.
 */
import { quote } from "../checkpoints/bytes/json.ts";
import { type Checkpoint, holdsFloats } from "../checkpoints/checkpoint.ts";
import type { NamedCheckpoint } from "../checkpoints/names/nameParameters.ts";
import { ModelError } from "../errors.ts";
import type { InputSize, Model } from "../models/model.ts";
import { MODELS } from "../models/models.ts";
import { YIELD_INTERVAL_MS, yieldToEventLoop } from "../support/eventLoop.ts";
import { nearestNames } from "../support/nearestNames.ts";
import { formatShape, type Parameter, sameShape } from "../tensor.ts";

/** The names and shapes that a model's weights must have. */
export function parameterShapes(model: Model, size: InputSize = model.defaultSize): ParameterShapes {
  const layers = Object.entries(model.graph(size).parameters).map(
    ([name, { shape }]) => [name, shape] as const,
  );
  return new Map([...model.constants(size), ...layers]);
}

/** All models, to suggest the right one for a file that does not fit. */
const knownModels: KnownModels = new Map(MODELS.map((model) => [model.name, () => parameterShapes(model)]));

/** @throws ModelError unless the checkpoint holds exactly the model's weights, by name and shape. */
export function checkWeights(
  checkpoint: NamedCheckpoint,
  model: Model,
  size: InputSize = model.defaultSize,
): void {
  checkParameters(parameterShapes(model, size), checkpoint, { model: model.name, knownModels });
}

/** Reads all of a model's weights, strictly. */
export function readWeights(
  checkpoint: NamedCheckpoint,
  model: Model,
  size: InputSize = model.defaultSize,
  options: Pick<LoadOptions, "onProgress" | "signal"> = {},
): Promise<Map<string, Parameter>> {
  return loadParameters(parameterShapes(model, size), checkpoint, {
    model: model.name,
    knownModels,
    ...options,
  });
}

/** Parameter shapes by name: what a model expects. */
export type ParameterShapes = ReadonlyMap<string, readonly number[]>;

/** Models by name; a file that does not fit is compared with all of them. */
export type KnownModels = ReadonlyMap<string, () => ParameterShapes>;

export interface CheckOptions {
  /** The model that the parameters are for, as errors name it. */
  model: string;
  /** If given, an error names the model that the file more likely belongs to. */
  knownModels?: KnownModels;
}

export interface LoadOptions extends CheckOptions {
  /** Called after each parameter with the bytes read so far and their total. */
  onProgress?: (readBytes: number, allBytes: number) => void;
  /** Stops reading between two parameters. */
  signal?: AbortSignal;
}

/**
 * Reads exactly the expected parameters. `checkParameters` checks names and shapes before any data are read.
 *
 * @throws ModelError for differences, values that are not finite, and kernels that are all zero.
 * @throws the signal's reason once it is aborted.
 */
export async function loadParameters(
  expected: ParameterShapes,
  checkpoint: NamedCheckpoint,
  options: LoadOptions,
): Promise<Map<string, Parameter>> {
  checkParameters(expected, checkpoint, options);
  try {
    return await readAll(checkpoint, options);
  } finally {
    await checkpoint.close?.();
  }
}

/**
 * Checks that a checkpoint holds all of the parameters, in these shapes, as floats, and nothing else.
 *
 * @throws ModelError for all differences at once: the first in its message, all in its `differences`.
 */
function checkParameters(
  expected: ParameterShapes,
  checkpoint: NamedCheckpoint,
  options: CheckOptions,
): void {
  const problems = differences(expected, checkpoint);
  if (problems.length === 0) return;
  const likely = likelyModel(expected, checkpoint, options);
  const count = checkpoint.variables.size;
  const got = likely ? `${count}, probably those of ${likely}` : `${count}`;
  const fault = {
    where: checkpoint.where,
    expected: `the ${expected.size} parameters of ${options.model}`,
    got: `${got}, with these differences: ${firstOf(problems)}`,
    hint: likely && "Choose that model, or another file.",
  };
  throw new ModelError(fault, { differences: problems });
}

async function readAll(
  checkpoint: Checkpoint,
  { onProgress, signal }: LoadOptions,
): Promise<Map<string, Parameter>> {
  const weights = new Map<string, Parameter>();
  const allBytes = [...checkpoint.variables.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  let readBytes = 0;
  let turn = performance.now();
  for (const [name, { shape, byteLength }] of checkpoint.variables) {
    signal?.throwIfAborted();
    const data = await checkpoint.read(name);
    checkValues(name, data, checkpoint.where);
    weights.set(name, { shape, data });
    readBytes += byteLength;
    onProgress?.(readBytes, allBytes);
    if (performance.now() - turn < YIELD_INTERVAL_MS) continue;
    await yieldToEventLoop(); // bytes in memory are read without yielding
    turn = performance.now();
  }
  return weights;
}

/** Beyond this (300 names against 300) the file is of another model, and comparing would take seconds. */
const MAX_COMPARISONS = 90_000;

function differences(expected: ParameterShapes, { variables }: Checkpoint): string[] {
  const missing = [...expected.keys()].filter((name) => !variables.has(name));
  const unexpected = [...variables.keys()].filter((name) => !expected.has(name));
  const few = missing.length * unexpected.length <= MAX_COMPARISONS;
  const nearest = few ? nearestNames(missing, unexpected) : new Map<string, string>();
  const problems = missing.map((name) => {
    const other = nearest.get(name);
    return `missing ${name} ${formatShape(expected.get(name) ?? [])}${other ? ` (nearest: ${quote(other)})` : ""}`;
  });
  for (const [name, shape] of expected) {
    const variable = variables.get(name);
    if (!variable) continue;
    if (!sameShape(shape, variable.shape)) {
      problems.push(`misshapen ${name}: expected ${formatShape(shape)}, got ${formatShape(variable.shape)}`);
    } else if (!holdsFloats(variable)) {
      problems.push(`${name} of type ${variable.dtype}, not a float`);
    }
  }
  return [...problems, ...listed(unexpected)];
}

const MAX_SHOWN = 20;

/** As many as fit into one readable line. */
function firstOf(problems: readonly string[]): string {
  const shown = problems.slice(0, MAX_SHOWN);
  const rest = problems.length - shown.length;
  if (rest > 0) shown.push(`and ${rest} more`);
  return shown.join("; ");
}

const MAX_LISTED = 2000; // more than any known model has; a file made up of names must not flood the log

function listed(unexpected: readonly string[]): string[] {
  const shown = unexpected.slice(0, MAX_LISTED).map((name) => `unexpected ${quote(name)}`);
  const rest = unexpected.length - shown.length;
  return rest > 0 ? [...shown, `${rest} more unexpected`] : shown;
}

/** A model that fits less than this is not suggested. */
const MIN_FIT = 0.5;

/**
 * Another model that fits the file better than the requested one: by the file's own statement, or by shapes.
 */
function likelyModel(
  expected: ParameterShapes,
  file: NamedCheckpoint,
  { model, knownModels }: CheckOptions,
): string | undefined {
  const named = file.evidence.model;
  if (named !== undefined && named !== model) return quote(named);
  let best = { name: model, fit: fitOf(expected, file) };
  for (const [name, shapes] of knownModels ?? []) {
    const fit = fitOf(shapes(), file);
    if (fit >= MIN_FIT && fit > best.fit) best = { name, fit };
  }
  return best.name === model ? undefined : best.name;
}

/** Share of names, of the model and of the file together, that both have in the same shape; from 0 to 1. */
function fitOf(shapes: ParameterShapes, { variables }: Checkpoint): number {
  let both = 0;
  for (const [name, shape] of shapes) {
    if (sameShape(variables.get(name)?.shape ?? [Number.NaN], shape)) both++;
  }
  return both / (shapes.size + variables.size - both);
}

function checkValues(name: string, data: Float32Array, where: string): void {
  const at = firstNotFinite(data);
  if (at !== undefined) {
    const got = `${data[at]} at element ${at}`;
    throw new ModelError({ where: `${where} ${name}`, expected: "finite numbers", got });
  }
  if (name.endsWith(".kernel") && data.every((value) => value === 0)) {
    const hint = "The file holds weights that were never trained or were lost.";
    throw new ModelError({
      where: `${where} ${name}`,
      expected: "a trained kernel",
      got: "zeros only",
      hint,
    });
  }
}

/** A model has up to 200 million numbers: a plain loop, eight at a time. */
function firstNotFinite(data: Float32Array): number | undefined {
  let i = 0;
  for (; i + 8 <= data.length; i += 8) {
    // In float64, eight finite float32s do not overflow. Only of a finite number is the difference with itself 0.
    const front = data[i] + data[i + 1] + (data[i + 2] + data[i + 3]);
    const back = data[i + 4] + data[i + 5] + (data[i + 6] + data[i + 7]);
    if (front + back - (front + back) !== 0) break;
  }
  while (i < data.length && data[i] - data[i] === 0) i++;
  return i < data.length ? i : undefined;
}

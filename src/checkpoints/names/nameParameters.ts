import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { type Checkpoint, holdsFloats, unknownVariable, type Variable } from "../checkpoint.ts";
import type { DetectionApiSidecar } from "../pipelineConfig/detectionApiSidecar.ts";
import type { SafetensorsCheckpoint } from "../safetensors/safetensorsCheckpoint.ts";
import type { BundleCheckpoint } from "../tensorBundle/bundleCheckpoint.ts";
import type { TfjsCheckpoint } from "../tfjs/tfjs.ts";
import { centerfaceParameter, centerfaceShape, isCenterface } from "./centerfaceKeys.ts";
import { movenetConstants } from "./movenetConstants.ts";
import { type MovenetModel, movenetKeys, recognizeMovenet } from "./movenetKeys.ts";
import { checkMovenetStructure } from "./movenetStructure.ts";
import { type Relative, relativeOf } from "./relatives.ts";
import { hasPairs } from "./torchHourglass.ts";
import { parameterShape, swapPairs, type TorchFamily, torchKeys, transposeKernel } from "./torchKeys.ts";
import { zooKeys } from "./zooKeys.ts";
import { isOptimizerKey } from "./zooPaths.ts";

/** A checkpoint under this project's parameter names. Only `nameParameters` makes one. */
export interface NamedCheckpoint extends Checkpoint {
  readonly evidence: ModelEvidence;
}

/** What a file shows of the model that it holds. */
export interface ModelEvidence {
  /** The name that the file gives, or that its variables show. */
  readonly model?: string;
  /** The files of the Object Detection API that go with it. */
  readonly sidecar?: DetectionApiSidecar;
  /**
   * The backbone that the API's variables show: `hourglass`, or the type that a pipeline.config would name.
   */
  readonly backbone?: string;
  /** The detectors whose code wrote this PyTorch state dict. */
  readonly family?: TorchFamily;
  /** A network that is not read, if its names show it and nothing else is known. */
  readonly relative?: Relative;
}

/**
 * Gives a checkpoint this project's parameter names, whatever wrote it. Variables that belong to no parameter
 * keep their own name, so that loading reports them; so does everything in a file that nothing here
 * recognizes.
 *
 * @throws ModelError if two variables would be the same parameter, or if a recognized graph is not the
 *   architecture that it should be.
 */
export async function nameParameters(checkpoint: Checkpoint): Promise<NamedCheckpoint> {
  if (isBundle(checkpoint)) return nameZoo(checkpoint);
  if (isSafetensors(checkpoint)) {
    const { sidecar } = checkpoint;
    const model = checkpoint.metadata.get("model");
    if (model === undefined && !sidecar) return nameNothing(checkpoint);
    return { ...checkpoint, evidence: { model, sidecar } };
  }
  if (checkpoint.format === "torch") return nameTorch(checkpoint);
  if (checkpoint.format === "onnx" && isCenterface(checkpoint.variables)) return nameCenterface(checkpoint);
  const model = isTfjs(checkpoint) ? recognizeMovenet(checkpoint.variables) : undefined;
  if (isTfjs(checkpoint) && model) return nameMovenet(checkpoint, model);
  return nameNothing(checkpoint);
}

function nameNothing(checkpoint: Checkpoint): NamedCheckpoint {
  return { ...checkpoint, evidence: { relative: relativeOf(checkpoint.variables.keys()) } };
}

function isSafetensors(checkpoint: Checkpoint): checkpoint is SafetensorsCheckpoint {
  return checkpoint.format === "safetensors";
}

function isBundle(checkpoint: Checkpoint): checkpoint is BundleCheckpoint {
  return checkpoint.format === "tensorbundle";
}

/** Leaves out counters, the object graph and training state. */
function nameZoo(file: BundleCheckpoint): NamedCheckpoint {
  const { sidecar } = file;
  const found = zooKeys(file.variables.keys(), file.where, file.objectGraph);
  if (!found && !sidecar.pipeline) return nameNothing(file);
  if (!found) return { ...file, evidence: { sidecar } };
  const parameterOf = new Map([...found.parameters].map(([parameter, key]) => [key, parameter]));
  const keys = new Map<string, string>();
  const variables = new Map<string, Variable>();
  for (const [key, variable] of file.variables) {
    if (isOptimizerKey(key) || (!parameterOf.has(key) && !holdsFloats(variable))) continue;
    const name = parameterOf.get(key) ?? key;
    if (keys.has(name)) {
      throw new ModelError({ where: file.where, expected: `one variable for ${quote(name)}`, got: "two" });
    }
    keys.set(name, key);
    variables.set(name, variable);
  }
  return {
    format: file.format,
    where: file.where,
    metadata: new Map([...file.metadata, ["named by", found.namedBy]]),
    evidence: { sidecar, backbone: found.backbone },
    variables,
    async read(name) {
      const key = keys.get(name);
      if (key === undefined) throw unknownVariable(file.where, name);
      return file.read(key);
    },
    close: file.close,
  };
}

/**
 * Transposes kernels to this project's layout, one by one as they are read. Leaves out what is not used.
 */
function nameTorch(file: Checkpoint): NamedCheckpoint {
  const found = torchKeys(file.variables.keys(), file.where);
  if (!found) return nameNothing(file);
  const nameOf = new Map([...found.parameters].map(([parameter, key]) => [key, parameter]));
  const keys = new Map<string, { key: string; stored: Variable }>();
  const variables = new Map<string, Variable>();
  for (const [key, stored] of file.variables) {
    if (found.unused.has(key)) continue;
    const parameter = nameOf.get(key);
    const name = parameter ?? key;
    if (keys.has(name)) {
      throw new ModelError({ where: file.where, expected: `one variable for ${quote(name)}`, got: "two" });
    }
    keys.set(name, { key, stored });
    variables.set(name, parameter ? { ...stored, shape: parameterShape(parameter, stored.shape) } : stored);
  }
  return {
    ...file,
    evidence: { family: found.family },
    variables,
    async read(name) {
      const source = keys.get(name);
      if (source === undefined) throw unknownVariable(file.where, name);
      const values = await file.read(source.key);
      if (!found.parameters.has(name)) return values;
      const { shape } = source.stored;
      const ordered = shape.length === 4 ? transposeKernel(values, shape) : values;
      return hasPairs(name) ? swapPairs(ordered) : ordered;
    },
  };
}

/** Leaves out the norms' counters, and moves the axes of kernels as they are read. */
function nameCenterface(file: Checkpoint): NamedCheckpoint {
  const keys = new Map<string, string>();
  const variables = new Map<string, Variable>();
  for (const [key, stored] of file.variables) {
    if (key.endsWith(".num_batches_tracked") && !holdsFloats(stored)) continue;
    const parameter = centerfaceParameter(key);
    const name = parameter ?? key;
    if (keys.has(name)) {
      throw new ModelError({ where: file.where, expected: `one variable for ${quote(name)}`, got: "two" });
    }
    keys.set(name, key);
    variables.set(name, parameter ? { ...stored, shape: centerfaceShape(parameter, stored.shape) } : stored);
  }
  return {
    ...file,
    evidence: { model: "centerface" },
    variables,
    async read(name) {
      const key = keys.get(name);
      const shape = key === undefined ? undefined : file.variables.get(key)?.shape;
      if (key === undefined || !shape) throw unknownVariable(file.where, name);
      const values = await file.read(key);
      return shape.length === 4 && key !== name ? transposeKernel(values, shape) : values;
    },
  };
}

function isTfjs(checkpoint: Checkpoint): checkpoint is TfjsCheckpoint {
  return checkpoint.format === "tfjs" && "nodes" in checkpoint;
}

async function nameMovenet(file: TfjsCheckpoint, model: MovenetModel): Promise<NamedCheckpoint> {
  const keys = movenetKeys(file.variables.keys(), file.where);
  await checkMovenetStructure(file, model, keys);
  const { parameters, checked } = await movenetConstants(file, model, new Set(keys.values()));

  const names = new Map<string, string>();
  const variables = new Map<string, Variable>();
  const parameterOf = new Map<string, { name: string; shape?: readonly number[] }>();
  for (const [name, constant] of keys) parameterOf.set(constant, { name });
  for (const [name, { constant, shape }] of parameters) parameterOf.set(constant, { name, shape });
  for (const [constant, variable] of file.variables) {
    const parameter = parameterOf.get(constant);
    // Integers are the graph's shapes, axes and slice bounds.
    if (!parameter && (checked.has(constant) || !holdsFloats(variable))) continue;
    const name = parameter?.name ?? constant;
    if (names.has(name)) {
      throw new ModelError({ where: file.where, expected: `one constant for ${quote(name)}`, got: "two" });
    }
    names.set(name, constant);
    variables.set(name, { ...variable, shape: parameter?.shape ?? variable.shape });
  }
  return {
    format: file.format,
    where: file.where,
    metadata: file.metadata,
    evidence: { model },
    variables,
    async read(name) {
      const constant = names.get(name);
      if (constant === undefined) throw unknownVariable(file.where, name);
      const data = await file.read(constant);
      // A parameter of rank 0 is one number, which the graph may repeat for every channel.
      return variables.get(name)?.shape.length === 0 ? data.subarray(0, 1) : data;
    },
  };
}

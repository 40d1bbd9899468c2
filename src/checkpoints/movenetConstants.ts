import { ModelError } from "../errors.ts";
import { formatShape } from "../tensor.ts";
import { holdsFloats } from "./checkpoint.ts";
import { quote } from "./json.ts";
import type { MovenetModel } from "./movenetKeys.ts";
import type { TfjsCheckpoint } from "./tfjs.ts";

/**
 * The constants of a MoveNet graph that no layer owns: the numbers of the image's normalisation and of the
 * decode. The file keeps them as float16, so 0.3 is 0.300048828125 in it; what the decode needs is taken
 * from the file, under a parameter's name, and what is built into the decode's code is checked.
 *
 * A constant is told by the node that takes it, by its place among that node's inputs, and by the kind of
 * node that gives the other operand; names of such nodes carry counters and are not used.
 */
interface Rule {
  op: string;
  input: number;
  /** Kind of the first other operand. */
  beside: string;
  meaning: Parameter | Fixed;
}

/** Taken over as `parameter`; "scalar" demands that all elements are the same number. */
interface Parameter {
  parameter: string;
  form: "scalar" | "map";
}

/** Must hold this number in every element, or in each element its row (or in each its column). */
interface Fixed {
  value: number | "coordinate";
}

const NORMALISATION: readonly Rule[] = [
  { op: "Mul", input: 1, beside: "Sub", meaning: { parameter: "preprocess.scale", form: "scalar" } },
  { op: "Sub", input: 1, beside: "Mul", meaning: { value: 1 } }, // x * scale - 1
];

const MULTIPOSE: readonly Rule[] = [
  { op: "Sub", input: 1, beside: "Cast", meaning: { value: 0 } }, // a mean that is taken off the image
  ...NORMALISATION,
  { op: "Less", input: 1, beside: "Abs", meaning: { parameter: "decode.peakTolerance", form: "scalar" } },
  {
    op: "Mul",
    input: 1,
    beside: "Cast",
    meaning: { parameter: "decode.gaussianDenominatorRatio", form: "scalar" },
  },
  {
    op: "Greater",
    input: 1,
    beside: "Reshape",
    meaning: { parameter: "decode.keypointScoreThreshold", form: "scalar" },
  },
  { op: "Maximum", input: 1, beside: "Reshape", meaning: { value: 0 } }, // sizes below 0
  { op: "Mul", input: 1, beside: "Unpack", meaning: { value: 0.5 } }, // half a box
  { op: "Maximum", input: 1, beside: "Minimum", meaning: { value: 0 } }, // clipping of boxes
  { op: "Minimum", input: 1, beside: "RealDiv", meaning: { value: 1 } }, // clipping of the output
  { op: "Mul", input: 0, beside: "AddV2", meaning: { value: -1 } }, // exp(-distance^2 / …)
  { op: "Range", input: 0, beside: "Cast", meaning: { value: 0 } }, // cell coordinates: from 0 …
  { op: "Range", input: 2, beside: "Cast", meaning: { value: 1 } }, // … in steps of 1
  { op: "Fill", input: 1, beside: "Pack", meaning: { value: 1 } },
  { op: "Select", input: 2, beside: "Greater", meaning: { value: 0 } }, // keypoints below the threshold
  { op: "Maximum", input: 1, beside: "Sum", meaning: { value: 1 } }, // the mean of no keypoints
  { op: "Mul", input: 1, beside: "Pack", meaning: { value: 4 } }, // output stride
  { op: "RealDiv", input: 0, beside: "Cast", meaning: { value: 4 } }, // output stride
];

const SINGLE_PERSON: readonly Rule[] = [
  { op: "Sub", input: 1, beside: "ExpandDims", meaning: { value: 0 } }, // a mean that is taken off the image
  ...NORMALISATION,
  { op: "Mul", input: 1, beside: "Sigmoid", meaning: { parameter: "decode.centerWeights", form: "map" } },
  { op: "AddV2", input: 1, beside: "Sqrt", meaning: { parameter: "decode.distanceOffset", form: "scalar" } },
  { op: "Mul", input: 1, beside: "ExpandDims", meaning: { parameter: "decode.cellSize", form: "scalar" } },
  { op: "SquaredDifference", input: 0, beside: "AddV2", meaning: { value: "coordinate" } },
];

/** A parameter that is no layer's: the constant that holds it and the shape that it has here. */
export interface GraphConstant {
  readonly constant: string;
  readonly shape: readonly number[];
}

export interface GraphConstants {
  readonly parameters: ReadonlyMap<string, GraphConstant>;
  /** Constants that were checked and are not needed further. */
  readonly checked: ReadonlySet<string>;
}

/**
 * Finds and checks the constants that are none of `layerConstants`. Those that no rule knows are in neither
 * part of the result. Throws ModelError where a constant does not hold what it must, or a rule finds none.
 */
export async function movenetConstants(
  file: TfjsCheckpoint,
  model: MovenetModel,
  layerConstants: ReadonlySet<string>,
): Promise<GraphConstants> {
  const rules = model === "movenet-multipose" ? MULTIPOSE : SINGLE_PERSON;
  const parameters = new Map<string, GraphConstant>();
  const checked = new Set<string>();
  const unused = new Set(rules);
  for (const use of floatConstantUses(file, layerConstants)) {
    const rule = rules.find(({ op, input, beside }) => `${op} ${input} ${beside}` === use.place);
    if (!rule) continue;
    unused.delete(rule);
    const where = `${file.where} constant ${quote(use.constant)}`;
    const data = await file.read(use.constant);
    const shape = file.variables.get(use.constant)?.shape ?? [];
    if ("value" in rule.meaning) {
      checkFixed(rule.meaning.value, data, shape, where);
      checked.add(use.constant);
    } else {
      const { parameter, form } = rule.meaning;
      if (parameters.has(parameter))
        throw new ModelError({ where, expected: `one ${parameter}`, got: "another" });
      if (form === "scalar") checkFixed(data[0], data, shape, where);
      parameters.set(parameter, {
        constant: use.constant,
        shape: form === "scalar" ? [] : shape.slice(0, 2),
      });
    }
  }
  for (const { op, input, beside } of unused) {
    const expected = `a constant as input ${input} of a ${op} beside a ${beside}, as ${model} has`;
    throw new ModelError({ where: file.where, expected, got: "none" });
  }
  return { parameters, checked };
}

/** Where constants of float type are used; `place` is "op input beside", as in a rule. */
function floatConstantUses(
  file: TfjsCheckpoint,
  layerConstants: ReadonlySet<string>,
): { constant: string; place: string }[] {
  const ops = new Map(file.nodes.map((node) => [node.name, node.op]));
  const places = new Map<string, string>();
  for (const node of file.nodes) {
    const beside = ops.get(node.inputs.find((name) => !file.variables.has(name)) ?? "");
    for (const [input, constant] of node.inputs.entries()) {
      const variable = file.variables.get(constant);
      if (!variable || !holdsFloats(variable) || layerConstants.has(constant)) continue;
      if (places.has(constant)) {
        const where = `${file.where} constant ${quote(constant)}`;
        throw new ModelError({ where, expected: "one node that uses it", got: "more" });
      }
      places.set(constant, `${node.op} ${input} ${beside}`);
    }
  }
  return [...places].map(([constant, place]) => ({ constant, place }));
}

function checkFixed(
  value: Fixed["value"],
  data: Float32Array,
  shape: readonly number[],
  where: string,
): void {
  const [height, width] = shape;
  const holds =
    value === "coordinate"
      ? data.length === height * width &&
        (data.every((x, i) => x === Math.floor(i / width)) || data.every((x, i) => x === i % width))
      : data.length > 0 && data.every((x) => x === value);
  if (holds) return;
  const expected = value === "coordinate" ? "every cell's row or column" : `${value} in every element`;
  const other = data.find((x) => x !== value);
  throw new ModelError({ where, expected, got: `${other ?? "no elements"} in shape ${formatShape(shape)}` });
}

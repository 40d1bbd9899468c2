import { ModelError } from "../../errors.ts";
import { formatShape } from "../../tensor.ts";
import { quote } from "../bytes/json.ts";
import { holdsFloats } from "../checkpoint.ts";
import type { TfjsCheckpoint } from "../tfjs/tfjs.ts";
import type { MovenetModel } from "./movenetKeys.ts";

/**
 * The constants of a MoveNet graph that no layer owns: numbers of the image's normalization and of the
 * decode. The file keeps them as float16, so 0.3 is 0.300048828125 there. Numbers that the decode needs are
 * taken from the file as parameters; numbers that are built into the decode's code are checked.
 *
 * A constant is identified by the op that uses it, by its position among that node's inputs, and by the op
 * that computes the other operand. Names of such nodes carry counters and are not used.
 */
type Rule = ConstantUse & (TakenParameter | FixedValue);

interface ConstantUse {
  op: string;
  input: number;
  /** The op that computes the first other operand. */
  beside: string;
}

/** Read as `parameter`: one number, which all elements must equal, or a map with a value per output cell. */
interface TakenParameter {
  parameter: string;
  form?: "map";
}

/** Every element must be this number; or all elements must be their rows, or all their columns. */
interface FixedValue {
  value: number | "coordinate";
}

const NORMALIZATION: readonly Rule[] = [
  { op: "Mul", input: 1, beside: "Sub", parameter: "preprocess.scale" },
  { op: "Sub", input: 1, beside: "Mul", value: 1 }, // x * scale - 1
];

const MULTIPOSE: readonly Rule[] = [
  { op: "Sub", input: 1, beside: "Cast", value: 0 }, // the mean subtracted from the image
  ...NORMALIZATION,
  { op: "Less", input: 1, beside: "Abs", parameter: "decode.peakTolerance" },
  { op: "Mul", input: 1, beside: "Cast", parameter: "decode.gaussianDenominatorRatio" },
  { op: "Greater", input: 1, beside: "Reshape", parameter: "decode.keypointScoreThreshold" },
  { op: "Maximum", input: 1, beside: "Reshape", value: 0 }, // sizes below 0
  { op: "Mul", input: 1, beside: "Unpack", value: 0.5 }, // half a box
  { op: "Maximum", input: 1, beside: "Minimum", value: 0 }, // clipping of boxes
  { op: "Minimum", input: 1, beside: "RealDiv", value: 1 }, // clipping of the output
  { op: "Mul", input: 0, beside: "AddV2", value: -1 }, // exp(-distance^2 / …)
  { op: "Range", input: 0, beside: "Cast", value: 0 }, // cell coordinates: from 0 …
  { op: "Range", input: 2, beside: "Cast", value: 1 }, // … in steps of 1
  { op: "Fill", input: 1, beside: "Pack", value: 1 },
  { op: "Select", input: 2, beside: "Greater", value: 0 }, // keypoints below the threshold
  { op: "Maximum", input: 1, beside: "Sum", value: 1 }, // the mean of no keypoints
  { op: "Mul", input: 1, beside: "Pack", value: 4 }, // output stride
  { op: "RealDiv", input: 0, beside: "Cast", value: 4 }, // output stride
];

const SINGLE_PERSON: readonly Rule[] = [
  { op: "Sub", input: 1, beside: "ExpandDims", value: 0 }, // the mean subtracted from the image
  ...NORMALIZATION,
  { op: "Mul", input: 1, beside: "Sigmoid", parameter: "decode.centerWeights", form: "map" },
  { op: "AddV2", input: 1, beside: "Sqrt", parameter: "decode.distanceOffset" },
  { op: "Mul", input: 1, beside: "ExpandDims", parameter: "decode.cellSize" },
  { op: "SquaredDifference", input: 0, beside: "AddV2", value: "coordinate" },
];

/** A parameter that belongs to no layer: the constant that holds it, and its shape here. */
export interface GraphConstant {
  readonly constant: string;
  readonly shape: readonly number[];
}

export interface GraphConstants {
  readonly parameters: ReadonlyMap<string, GraphConstant>;
  /** Constants that were checked and are no longer needed. */
  readonly checked: ReadonlySet<string>;
}

/**
 * Finds and checks the constants that are not among `layerConstants`. Constants that match no rule are in
 * neither part of the result.
 *
 * @throws ModelError if a constant does not hold what it must, or if a rule matches none.
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
    const rule = rules.find(({ op, input, beside }) => `${op} ${input} ${beside}` === use.rule);
    if (!rule) continue;
    unused.delete(rule);
    const where = `${file.where} constant ${quote(use.constant)}`;
    const data = await file.read(use.constant);
    const shape = file.variables.get(use.constant)?.shape ?? [];
    if ("value" in rule) {
      checkFixed(rule.value, data, shape, where);
      checked.add(use.constant);
    } else {
      const { parameter, form } = rule;
      if (parameters.has(parameter))
        throw new ModelError({ where, expected: `one ${parameter}`, got: "another" });
      if (!form) checkFixed(data[0], data, shape, where);
      parameters.set(parameter, {
        constant: use.constant,
        shape: form ? shape.slice(0, 2) : [],
      });
    }
  }
  for (const { op, input, beside } of unused) {
    const expected = `a constant as input ${input} of a ${op} beside a ${beside}, as ${model} has`;
    throw new ModelError({ where: file.where, expected, got: "none" });
  }
  return { parameters, checked };
}

/** The use of each float constant; `rule` is "op input beside", as in a rule. */
function floatConstantUses(
  file: TfjsCheckpoint,
  layerConstants: ReadonlySet<string>,
): { constant: string; rule: string }[] {
  const ops = new Map(file.nodes.map((node) => [node.name, node.op]));
  const uses = new Map<string, string>();
  for (const node of file.nodes) {
    const beside = ops.get(node.inputs.find((name) => !file.variables.has(name)) ?? "");
    for (const [input, constant] of node.inputs.entries()) {
      const variable = file.variables.get(constant);
      if (!variable || !holdsFloats(variable) || layerConstants.has(constant)) continue;
      if (uses.has(constant)) {
        const where = `${file.where} constant ${quote(constant)}`;
        throw new ModelError({ where, expected: "one node that uses it", got: "more" });
      }
      uses.set(constant, `${node.op} ${input} ${beside}`);
    }
  }
  return [...uses].map(([constant, rule]) => ({ constant, rule }));
}

function checkFixed(
  value: FixedValue["value"],
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

import type { OnnxBuilder, OnnxNode } from "../onnxGraph.ts";

type Attributes = OnnxNode["attributes"];

/**
 * Arithmetic in ONNX ops: each method adds nodes and returns the name of their value. Shapes broadcast as in NumPy.
 * Floats are float32, integers int64.
 */
export class Calculation {
  constructor(private readonly builder: OnnxBuilder) {}

  /** Further values are named below `decode/name`. */
  step(name: string): void {
    this.builder.scope = `decode/${name}`;
  }

  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.builder.node(opType, inputs, attributes);
  }

  /** Gives a value the name of an output. */
  name(value: string, output: string): void {
    this.builder.node("Identity", [value], {}, output);
  }

  float(number: number): string {
    return this.builder.floats([], [number]);
  }

  floats(dims: readonly number[], numbers: readonly number[]): string {
    return this.builder.floats(dims, numbers);
  }

  integer(number: number): string {
    return this.builder.integers([], [number]);
  }

  integers(numbers: readonly number[]): string {
    return this.builder.integers([numbers.length], numbers);
  }

  add = (a: string, b: string) => this.op("Add", [a, b]);
  subtract = (a: string, b: string) => this.op("Sub", [a, b]);
  multiply = (a: string, b: string) => this.op("Mul", [a, b]);
  /** Of integers: the quotient without its fraction. */
  divide = (a: string, b: string) => this.op("Div", [a, b]);
  /** Of integers. */
  remainder = (a: string, b: string) => this.op("Mod", [a, b]);
  larger = (a: string, b: string) => this.op("Max", [a, b]);
  smaller = (a: string, b: string) => this.op("Min", [a, b]);
  squareRoot = (a: string) => this.op("Sqrt", [a]);
  exponential = (a: string) => this.op("Exp", [a]);
  magnitude = (a: string) => this.op("Abs", [a]);

  isLess = (a: string, b: string) => this.op("Less", [a, b]);
  isAtMost = (a: string, b: string) => this.op("LessOrEqual", [a, b]);
  isEqual = (a: string, b: string) => this.op("Equal", [a, b]);
  choose = (condition: string, yes: string, no: string) => this.op("Where", [condition, yes, no]);

  all(first: string, ...others: readonly string[]): string {
    return others.reduce((sum, other) => this.op("And", [sum, other]), first);
  }

  /** Between 0 and `upper`. */
  clip(value: string, upper: string): string {
    return this.larger(this.smaller(value, upper), this.float(0));
  }

  toFloat = (a: string) => this.op("Cast", [a], { to: 1 });

  /** At most one side is -1: the rest. */
  reshape = (a: string, dims: readonly number[]) => this.op("Reshape", [a, this.integers(dims)]);
  transpose = (a: string, perm: readonly number[]) => this.op("Transpose", [a], { perm });
  /** Inserts an axis of one element. */
  widen = (a: string, axis: number) => this.op("Unsqueeze", [a, this.integers([axis])]);
  concat = (parts: readonly string[], axis: number) => this.op("Concat", parts, { axis });
  /** Elements along an axis; the axis becomes those of `indices`. */
  gather = (a: string, indices: string, axis = 0) => this.op("Gather", [a, indices], { axis });
  /** One position along an axis, which vanishes. */
  at = (a: string, index: number, axis: number) => this.gather(a, this.integer(index), axis);

  /** The first of equal values wins. The axis vanishes. */
  argMax = (a: string, axis: number) => this.op("ArgMax", [a], { axis, keepdims: 0 });
  argMin = (a: string, axis: number) => this.op("ArgMin", [a], { axis, keepdims: 0 });
  /** The axis vanishes. */
  maximum = (a: string, axis: number) => this.op("ReduceMax", [a], { axes: [axis], keepdims: 0 });
  minimum = (a: string, axis: number) => this.op("ReduceMin", [a], { axes: [axis], keepdims: 0 });
  mean = (a: string, axis: number) => this.op("ReduceMean", [a], { axes: [axis], keepdims: 0 });
  sum(a: string, axis: number): string {
    return this.op("ReduceSum", [a, this.integers([axis])], { keepdims: 0 });
  }

  /** The largest along the last axis, in descending order. Of equal ones the lower index comes first. */
  topK(a: string, count: number): { readonly values: string; readonly indices: string } {
    const inputs = [a, this.integers([count])];
    const outputs = ["values", "indices"];
    const [values, indices] = this.builder.nodeOf("TopK", inputs, outputs, { axis: -1 });
    return { values, indices };
  }
}

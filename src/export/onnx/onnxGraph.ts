/** The part of ONNX (https://github.com/onnx/onnx, IR.md) that this project writes, as plain data. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Shapes of values inside, for viewers. */
  readonly values: readonly OnnxValue[];
  /** In an order of execution. */
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** What it holds, in words. */
  readonly meaning?: string;
}

export type OnnxType = "float32" | "int64";

export interface OnnxNode {
  readonly opType: string;
  /** Names of values and tensors; an empty name omits an optional input. */
  readonly inputs: readonly string[];
  /** The node is named after the first. */
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A plain number is an integer. ONNX has single integers and single floats, so floats are marked. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** A constant: weights, or a fixed value that an op takes as an input. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Computed when it is written, so that no two copies of all weights exist at once. */
  data(): Float32Array | BigInt64Array;
}

/** Builds a graph, and names its values. */
export class OnnxBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly tensors = new Map<string, OnnxTensor>();
  private readonly values: OnnxValue[] = [];
  private readonly counts = new Map<string, number>();
  /** Values without a name of their own are named below it: `heads.center.sigmoid/Mul`. */
  scope = "";

  /** Adds a node and returns the name of its output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: OnnxNode["attributes"] = {},
    output = this.nameBelow(opType),
  ): string {
    this.nodes.push({ opType, inputs, outputs: [output], attributes });
    return output;
  }

  /** Adds a node of several outputs and returns their names. */
  nodeOf(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: OnnxNode["attributes"] = {},
  ): string[] {
    const names = outputs.map((output) => this.nameBelow(`${opType}.${output}`));
    this.nodes.push({ opType, inputs, outputs: names, attributes });
    return names;
  }

  /** Renames a value that no node reads yet. */
  rename(value: string, name: string): string {
    const at = this.nodes.findLastIndex(({ outputs }) => outputs[0] === value);
    this.nodes[at] = { ...this.nodes[at], outputs: [name] };
    return name;
  }

  /** Adds constant floats and returns their name. */
  floats(dims: readonly number[], numbers: readonly number[]): string {
    const name = this.nameBelow("constant");
    return this.tensor({ name, type: "float32", dims, data: () => Float32Array.from(numbers) });
  }

  /** Adds constant integers and returns their name. */
  integers(dims: readonly number[], numbers: readonly number[]): string {
    const name = this.nameBelow("constant");
    return this.tensor({ name, type: "int64", dims, data: () => BigInt64Array.from(numbers, BigInt) });
  }

  /** Adds a constant, if there is none of its name, and returns its name. */
  tensor(tensor: OnnxTensor): string {
    if (!this.tensors.has(tensor.name)) this.tensors.set(tensor.name, tensor);
    return tensor.name;
  }

  /** States the shape of a value inside. */
  value(value: OnnxValue): void {
    this.values.push(value);
  }

  build(inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): OnnxGraph {
    return { inputs, outputs, values: this.values, nodes: this.nodes, tensors: [...this.tensors.values()] };
  }

  private nameBelow(part: string): string {
    const name = `${this.scope}/${part}`;
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    return count === 1 ? name : `${name}${count}`;
  }
}

/** What this project writes of ONNX (https://github.com/onnx/onnx, IR.md), as plain data. Maps are NCHW there. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** In an order that can be run. */
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** A float32 map from outside or to there. */
export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface OnnxNode {
  readonly opType: string;
  /** Names of values and tensors; an empty one leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A whole number is an integer; ONNX also has integers and fractions of one value, so fractions say it. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** A constant: weights, or what an op takes as an input although it is fixed. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Collects a graph; values get names of their own. */
export class OnnxBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly tensors: OnnxTensor[] = [];

  /** Adds a node and gives the name of its output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: OnnxNode["attributes"] = {},
    output = `value${this.nodes.length}`,
  ): string {
    this.nodes.push({ opType, inputs, output, attributes });
    return output;
  }

  /** Adds a constant and gives its name. */
  tensor(dims: readonly number[], data: OnnxTensor["data"]): string {
    const name = `tensor${this.tensors.length}`;
    this.tensors.push({ name, dims, data });
    return name;
  }

  build(inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): OnnxGraph {
    return { inputs, outputs, nodes: this.nodes, tensors: this.tensors };
  }
}

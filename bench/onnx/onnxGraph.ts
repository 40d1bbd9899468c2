/** The part of ONNX (https://github.com/onnx/onnx, IR.md) that this project writes, as plain data. Maps are NCHW. */
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** In an order of execution. */
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** A float32 map that is an input or output of the graph. */
export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly number[];
}

export interface OnnxNode {
  readonly opType: string;
  /** Names of values and tensors; an empty name omits an optional input. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A plain number is an integer. ONNX has single integers and single floats, so floats are marked. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** A constant: weights, or a fixed value that an op takes as an input. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Builds a graph, and names its values. */
export class OnnxBuilder {
  private readonly nodes: OnnxNode[] = [];
  private readonly tensors: OnnxTensor[] = [];

  /** Adds a node and returns the name of its output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: OnnxNode["attributes"] = {},
    output = `value${this.nodes.length}`,
  ): string {
    this.nodes.push({ opType, inputs, output, attributes });
    return output;
  }

  /** Adds a constant and returns its name. */
  tensor(dims: readonly number[], data: OnnxTensor["data"]): string {
    const name = `tensor${this.tensors.length}`;
    this.tensors.push({ name, dims, data });
    return name;
  }

  build(inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): OnnxGraph {
    return { inputs, outputs, nodes: this.nodes, tensors: this.tensors };
  }
}

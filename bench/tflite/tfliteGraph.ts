/** A graph of TFLite under construction, and its file. Numbers are those of the schema, version 3 (schema.fbs). */
import { elementCount } from "../../src/tensor.ts";
import { blob, fileOf, integers, type Part, table, tables, text } from "./flatbuffer.ts";

/** Of each operator used here: its number, the kind of its options, and the version that has what is used of it. */
const OPERATORS = {
  ADD: { code: 0, options: 11, version: 1 },
  CONCATENATION: { code: 2, options: 10, version: 1 },
  CONV_2D: { code: 3, options: 1, version: 1 },
  DEPTHWISE_CONV_2D: { code: 4, options: 2, version: 1 },
  DIV: { code: 42, options: 29, version: 1 },
  GATHER: { code: 36, options: 23, version: 1 },
  LOGISTIC: { code: 14, options: 0, version: 1 },
  MAXIMUM: { code: 55, options: 39, version: 1 },
  MAX_POOL_2D: { code: 17, options: 5, version: 1 },
  MUL: { code: 18, options: 21, version: 1 },
  PAD: { code: 34, options: 22, version: 1 },
  PADV2: { code: 60, options: 43, version: 1 },
  RELU: { code: 19, options: 0, version: 1 },
  RELU6: { code: 21, options: 0, version: 1 },
  RESIZE_BILINEAR: { code: 23, options: 15, version: 3 },
  RESIZE_NEAREST_NEIGHBOR: { code: 97, options: 74, version: 1 },
  SLICE: { code: 65, options: 48, version: 1 },
  SUB: { code: 41, options: 28, version: 1 },
  TRANSPOSE_CONV: { code: 67, options: 49, version: 3 },
} as const;
export type Operator = keyof typeof OPERATORS;

const TYPE = { float32: 0, int32: 2 } as const;

/** The index of a tensor. */
export type TensorIndex = number;

/** An operator's options by their number in the schema. */
type Options = readonly (number | undefined)[];

/** Name and tensor of an input or output. */
type Named = readonly (readonly [name: string, tensor: TensorIndex])[];

export class TfliteBuilder {
  private readonly tensors: Part[] = [];
  /** The first one is empty: that of tensors without numbers of their own. */
  private readonly buffers: Part[] = [table([])];
  private readonly operators: Part[] = [];
  private readonly codes: Operator[] = [];

  /** A value, or a constant whose numbers are computed when the file is written. */
  tensor(
    name: string,
    shape: readonly number[],
    { type = "float32", data }: { type?: keyof typeof TYPE; data?: () => Float32Array | Int32Array } = {},
  ): TensorIndex {
    const buffer = data ? this.buffers.length : 0;
    if (data) this.buffers.push(table([blob(4 * elementCount(shape), () => bytesOf(data()))]));
    return this.tensors.push(table([integers(shape), TYPE[type], buffer, text(name)])) - 1;
  }

  integers(
    name: string,
    numbers: readonly number[],
    shape: readonly number[] = [numbers.length],
  ): TensorIndex {
    return this.tensor(name, shape, { type: "int32", data: () => Int32Array.from(numbers) });
  }

  floats(name: string, numbers: readonly number[], shape: readonly number[] = [numbers.length]): TensorIndex {
    return this.tensor(name, shape, { data: () => Float32Array.from(numbers) });
  }

  /** Adds a call whose output has this name and shape. */
  call(
    operator: Operator,
    inputs: readonly TensorIndex[],
    name: string,
    shape: readonly number[],
    options: Options = [],
  ): TensorIndex {
    const output = this.tensor(name, shape);
    if (!this.codes.includes(operator)) this.codes.push(operator);
    const kind = OPERATORS[operator].options;
    const fields = kind === 0 ? [] : [kind, table(options)];
    const code = this.codes.indexOf(operator);
    this.operators.push(table([code, integers(inputs), integers([output]), ...fields]));
    return output;
  }

  /** The bytes of the file, in order. */
  file(inputs: Named, outputs: Named): Iterable<Uint8Array> {
    const codes = this.codes.map((name) => {
      const { code, version } = OPERATORS[name];
      return table([code, undefined, version, code]);
    });
    const indices = (named: Named) => integers(named.map(([, tensor]) => tensor));
    const subgraph = table([
      tables(this.tensors),
      indices(inputs),
      indices(outputs),
      tables(this.operators),
      text("main"),
    ]);
    const maps = (named: Named) => tables(named.map(([name, tensor]) => table([text(name), tensor])));
    const signature = table([maps(inputs), maps(outputs), text("serving_default"), undefined, 0]);
    const model = table([
      SCHEMA_VERSION,
      tables(codes),
      tables([subgraph]),
      text("centernet"),
      tables(this.buffers),
      undefined,
      undefined,
      tables([signature]),
    ]);
    return fileOf(model, "TFL3");
  }
}

const SCHEMA_VERSION = 3;

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

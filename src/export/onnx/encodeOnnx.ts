import { ModelError } from "../../errors.ts";
import { elementCount } from "../../tensor.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValue } from "./onnxGraph.ts";
import {
  bytesField,
  floatField,
  integerField,
  type Message,
  message,
  messageField,
  piecesOf,
  textField,
} from "./protobuf.ts";

/** It supports the opsets that `opsetOf` returns. */
const IR_VERSION = 8;

/** A file with its bytes in order. */
export interface OnnxFile {
  readonly byteLength: number;
  /** Computed while it is iterated over. */
  readonly pieces: Iterable<Uint8Array>;
}

/** What a file states besides the graph. */
export interface OnnxFacts {
  readonly name: string;
  readonly description?: string;
  /** Key → text. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** Location of a tensor's bytes outside the model's file. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** Protobuf's limit for one message. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * The bytes of a model. Tensors with an `external` location are referenced rather than included.
 *
 * The numbers of the fields are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 *
 * @throws ModelError if the file would be larger than protobuf can express.
 */
export function encodeOnnx(
  graph: OnnxGraph,
  { name, description, metadata = new Map() }: OnnxFacts,
  external: (tensor: OnnxTensor) => ExternalData | undefined = () => undefined,
): OnnxFile {
  const model = message(
    integerField(1, IR_VERSION),
    textField(2, "centernet"),
    description === undefined ? [] : textField(6, description),
    messageField(7, graphOf(graph, name, external)),
    messageField(8, message(textField(1, ""), integerField(2, opsetOf(graph)))), // opset_import
    [...metadata].map(([key, value]) => messageField(14, entry(key, value))),
  );
  const { byteLength } = model;
  if (byteLength > MAX_BYTES) {
    throw new ModelError({
      where: `ONNX file of ${name}`,
      expected: `at most ${MAX_BYTES} bytes, protobuf's limit`,
      got: `${byteLength}`,
    });
  }
  return { byteLength, pieces: { [Symbol.iterator]: () => piecesOf(model) } };
}

/** 13 is the first opset with the current form of every op used here but `GridSample`, which came with 16. */
export function opsetOf({ nodes }: OnnxGraph): number {
  return nodes.some(({ opType }) => opType === "GridSample") ? 16 : 13;
}

/** Of a constant, as they lie in the file. */
export function tensorBytes({ data }: OnnxTensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const BYTES = { float32: 4, int64: 8 } as const satisfies Record<OnnxType, number>;

export function tensorLength({ type, dims }: Pick<OnnxTensor, "type" | "dims">): number {
  return elementCount(dims) * BYTES[type];
}

/** Values of enumerations. */
const DATA_TYPE = { float32: 1, int64: 7 } as const satisfies Record<OnnxType, number>;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
const EXTERNAL = 1;

function graphOf(
  { nodes, tensors, inputs, outputs, values }: OnnxGraph,
  name: string,
  external: (tensor: OnnxTensor) => ExternalData | undefined,
): Message {
  return message(
    nodes.map((node) => messageField(1, nodeOf(node))),
    textField(2, name),
    tensors.map((tensor) => messageField(5, tensorOf(tensor, external(tensor)))),
    inputs.map((value) => messageField(11, valueInfo(value))),
    outputs.map((value) => messageField(12, valueInfo(value))),
    values.map((value) => messageField(13, valueInfo(value))),
  );
}

function nodeOf({ opType, inputs, outputs, attributes }: OnnxNode): Message {
  return message(
    inputs.map((input) => textField(1, input)),
    outputs.map((output) => textField(2, output)),
    textField(3, outputs[0]),
    textField(4, opType),
    Object.entries(attributes).map(([name, value]) => {
      return messageField(5, message(textField(1, name), attributeValue(value)));
    }),
  );
}

function attributeValue(value: OnnxAttribute): Message {
  const type = (of: keyof typeof ATTRIBUTE_TYPE) => integerField(20, ATTRIBUTE_TYPE[of]);
  if (typeof value === "number") return message(integerField(3, value), type("int"));
  if (typeof value === "string") return message(textField(4, value), type("string"));
  if ("float" in value) return message(floatField(2, value.float), type("float"));
  const integers = value.map((one) => integerField(8, one));
  return message(integers, type("ints"));
}

function tensorOf(tensor: OnnxTensor, place: ExternalData | undefined): Message {
  const { name, type, dims } = tensor;
  const about = message(
    dims.map((side) => integerField(1, side)),
    integerField(2, DATA_TYPE[type]),
    textField(8, name),
  );
  if (!place) {
    return message(
      about,
      bytesField(9, { byteLength: tensorLength(tensor), bytes: () => tensorBytes(tensor) }),
    );
  }
  const where = Object.entries(place).map(([key, value]) => messageField(13, entry(key, `${value}`)));
  return message(about, where, integerField(14, EXTERNAL));
}

function valueInfo({ name, type, dims, meaning }: OnnxValue): Message {
  const shape = message(dims.map((side) => messageField(1, message(integerField(1, side)))));
  const tensorType = message(integerField(1, DATA_TYPE[type]), messageField(2, shape));
  return message(
    textField(1, name),
    messageField(2, message(messageField(1, tensorType))),
    meaning === undefined ? [] : textField(3, meaning),
  );
}

function entry(key: string, value: string): Message {
  return message(textField(1, key), textField(2, value));
}

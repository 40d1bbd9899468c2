import { importPeer } from "../importPeer.ts";
import type { OnnxAttribute, OnnxGraph, OnnxTensor, OnnxValue } from "./onnxGraph.ts";

/**
 * The messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), with the fields written here.
 * protobufjs encodes them: onnxruntime-web depends on it anyway, and it accepts a schema as data, whereas
 * @bufbuild/protobuf needs generated code. onnx-proto is built on old versions of ONNX and protobufjs.
 */
const SCHEMA = {
  ModelProto: {
    irVersion: field(1, "int64"),
    producerName: field(2, "string"),
    graph: field(7, "GraphProto"),
    opsetImport: repeated(8, "OperatorSetIdProto"),
  },
  OperatorSetIdProto: { domain: field(1, "string"), version: field(2, "int64") },
  GraphProto: {
    node: repeated(1, "NodeProto"),
    name: field(2, "string"),
    initializer: repeated(5, "TensorProto"),
    input: repeated(11, "ValueInfoProto"),
    output: repeated(12, "ValueInfoProto"),
  },
  NodeProto: {
    input: repeated(1, "string"),
    output: repeated(2, "string"),
    opType: field(4, "string"),
    attribute: repeated(5, "AttributeProto"),
  },
  AttributeProto: {
    name: field(1, "string"),
    f: field(2, "float"),
    i: field(3, "int64"),
    s: field(4, "bytes"),
    ints: repeated(8, "int64"),
    type: field(20, "int32"),
  },
  TensorProto: {
    dims: repeated(1, "int64"),
    dataType: field(2, "int32"),
    name: field(8, "string"),
    rawData: field(9, "bytes"),
    externalData: repeated(13, "StringStringEntryProto"),
    dataLocation: field(14, "int32"),
  },
  StringStringEntryProto: { key: field(1, "string"), value: field(2, "string") },
  ValueInfoProto: { name: field(1, "string"), type: field(2, "TypeProto") },
  TypeProto: { tensorType: field(1, "TensorType") },
  TensorType: { elemType: field(1, "int32"), shape: field(2, "TensorShapeProto") },
  TensorShapeProto: { dim: repeated(1, "Dimension") },
  Dimension: { dimValue: field(1, "int64") },
} as const;

/** Enumeration values of onnx.proto. */
const DATA_TYPE = { float: 1, int64: 7 } as const;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
const EXTERNAL = 1;

/** Opset 13 is the first with the current form of every op used here. Format version 8 supports it. */
const OPSET = 13;
const IR_VERSION = 8;

/** Location of a tensor's bytes outside the model's file. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** Encodes the model's file. Tensors with an `external` location are referenced rather than included. */
export async function encodeOnnx(
  graph: OnnxGraph,
  external: (tensor: OnnxTensor) => ExternalData | undefined = () => undefined,
): Promise<Uint8Array> {
  const protobuf = await importPeer<Protobuf>("protobufjs");
  const nested = Object.entries(SCHEMA).map(([name, fields]) => [name, { fields }]);
  const root = protobuf.Root.fromJSON({ nested: Object.fromEntries(nested) });
  const message = {
    irVersion: IR_VERSION,
    producerName: "centernet",
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: "network",
      node: graph.nodes.map(({ opType, inputs, output, attributes }) => ({
        opType,
        input: inputs,
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attribute(value) })),
      })),
      initializer: graph.tensors.map((tensor) => initializer(tensor, external(tensor))),
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  };
  return root.lookupType("ModelProto").encode(message).finish();
}

export function tensorBytes({ data }: OnnxTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function attribute(value: OnnxAttribute): object {
  if (typeof value === "number") return { i: value, type: ATTRIBUTE_TYPE.int };
  if (typeof value === "string") return { s: new TextEncoder().encode(value), type: ATTRIBUTE_TYPE.string };
  if ("float" in value) return { f: value.float, type: ATTRIBUTE_TYPE.float };
  return { ints: value, type: ATTRIBUTE_TYPE.ints };
}

function initializer(tensor: OnnxTensor, place: ExternalData | undefined): object {
  const { name, dims, data } = tensor;
  const dataType = data instanceof Float32Array ? DATA_TYPE.float : DATA_TYPE.int64;
  if (!place) return { name, dims, dataType, rawData: tensorBytes(tensor) };
  const externalData = Object.entries(place).map(([key, value]) => ({ key, value: `${value}` }));
  return { name, dims, dataType, externalData, dataLocation: EXTERNAL };
}

function valueInfo({ name, dims }: OnnxValue): object {
  const shape = { dim: dims.map((dimValue) => ({ dimValue })) };
  return { name, type: { tensorType: { elemType: DATA_TYPE.float, shape } } };
}

function field<Type extends string>(id: number, type: Type) {
  return { id, type } as const;
}

function repeated<Type extends string>(id: number, type: Type) {
  return { id, type, rule: "repeated" } as const;
}

/** The part of the protobufjs API used here. */
interface Protobuf {
  readonly Root: {
    fromJSON(json: object): {
      lookupType(name: string): { encode(message: object): { finish(): Uint8Array } };
    };
  };
}

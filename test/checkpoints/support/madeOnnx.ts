import {
  bytesField,
  integerField,
  type Message,
  message,
  messageField,
  piecesOf,
  textField,
} from "../../../src/export/onnx/protobuf.ts";
import { concatenate } from "../../../src/support/concatenate.ts";

/** A `TensorProto` of any fields: `float_data` is 4, `int32_data` 5, `int64_data` 7, `raw_data` 9. */
export function tensorProto(
  name: string,
  type: number,
  dims: readonly number[],
  ...data: readonly Message[]
): Message {
  return message(
    ...dims.map((side) => integerField(1, side)),
    integerField(2, type),
    textField(8, name),
    ...data,
  );
}

/** An ONNX file of one graph with these initializers. */
export function madeOnnx(tensors: readonly Message[], ...others: readonly Message[]): Uint8Array {
  const graph = message(textField(2, "graph"), ...tensors.map((tensor) => messageField(5, tensor)));
  const opset = message(textField(1, ""), integerField(2, 9));
  const model = message(
    integerField(1, 4),
    textField(2, "made"),
    messageField(7, graph),
    messageField(8, opset),
    ...others,
  );
  return concatenate([...piecesOf(model)]);
}

/** A file whose graph has a sparse initializer alone. */
export function sparseOnnx(): Uint8Array {
  const graph = message(messageField(15, message()));
  return concatenate([...piecesOf(message(integerField(1, 4), messageField(7, graph)))]);
}

export function float32s(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

export function rawData(bytes: Uint8Array): Message {
  return bytesField(9, bytes);
}

/** Whole numbers, packed. */
export function packed(field: number, values: readonly number[]): Message {
  // The tag of field 1 is one byte.
  const numbers = values.map((value) => concatenate([...piecesOf(integerField(1, value))]).subarray(1));
  return bytesField(field, concatenate(numbers));
}

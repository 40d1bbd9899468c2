/**
 * Weights in an ONNX file (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): the graph's initializers, which are
 * its trained tensors. The graph itself is not interpreted: the tensors' names tell what they are.
 */
import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { readMessage } from "../bytes/protobufWire.ts";
import { type RandomAccessFile, readWhole } from "../bytes/randomAccessFile.ts";
import { type Checkpoint, unknownVariable } from "../checkpoint.ts";
import { entryOf, type OnnxTensor, readOnnxTensor } from "./onnxTensor.ts";

/** A message of protocol buffers cannot be larger; models beyond it keep their tensors in other files. */
const MAX_BYTES = 2 ** 31 - 1;
const MAX_TENSORS = 20_000;
const MAX_METADATA = 1000;

/**
 * Opens an ONNX file. Every initializer is checked to hold as many numbers as its shape says, in the file itself.
 *
 * @throws ModelError for a broken file, one without initializers, and one whose numbers lie in other files.
 */
export async function openOnnx(source: RandomAccessFile): Promise<Checkpoint> {
  const { where } = source;
  const { graph, metadata } = readModel(await readWhole(source, MAX_BYTES), where);
  const tensors = readTensors(graph, where);
  return {
    format: "onnx",
    where,
    metadata,
    variables: new Map([...tensors].map(([name, { variable }]) => [name, variable])),
    async read(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw unknownVariable(where, name);
      return tensor.values();
    },
  };
}

/** `ModelProto`. */
function readModel(
  bytes: Uint8Array,
  where: string,
): { graph: Uint8Array; metadata: ReadonlyMap<string, string> } {
  const graphs: Uint8Array[] = [];
  const metadata = new Map<string, string>();
  const note = (key: string, value: string) => {
    if (value !== "" && metadata.size < MAX_METADATA) metadata.set(key, value);
  };
  readMessage(bytes, where, {
    1: (field) => note("IR version", String(field.size())),
    2: (field) => note("producer", field.text()),
    3: (field) => note("producer version", field.text()),
    7: (field) => graphs.push(field.bytes()),
    8: (field) => {
      const [domain, version] = opsetOf(field.bytes(), where);
      note(domain === "" ? "opset" : `opset ${domain}`, version);
    },
    14: (field) => note(...entryOf(field.bytes(), `${where} metadata`)),
  });
  if (graphs.length !== 1) {
    throw new ModelError({ where, expected: "an ONNX model with one graph", got: String(graphs.length) });
  }
  return { graph: graphs[0], metadata };
}

function opsetOf(message: Uint8Array, where: string): [domain: string, version: string] {
  let [domain, version] = ["", ""];
  readMessage(message, `${where} opset`, {
    1: (field) => {
      domain = field.text();
    },
    2: (field) => {
      version = String(field.size());
    },
  });
  return [domain, version];
}

/** The initializers of a `GraphProto`, by name. */
function readTensors(graph: Uint8Array, where: string): Map<string, OnnxTensor> {
  const tensors = new Map<string, OnnxTensor>();
  readMessage(graph, `${where} graph`, {
    5: (field) => {
      const tensor = readOnnxTensor(field.bytes(), where);
      if (tensor.name === "" || tensors.has(tensor.name)) {
        const got = tensor.name === "" ? "one without" : `${quote(tensor.name)} twice`;
        throw new ModelError({ where, expected: "initializers with names of their own", got });
      }
      if (tensors.size >= MAX_TENSORS) {
        throw new ModelError({ where, expected: `at most ${MAX_TENSORS} initializers`, got: "more" });
      }
      tensors.set(tensor.name, tensor);
    },
    15: () => {
      throw new ModelError({ where, expected: "dense initializers", got: "a sparse one" });
    },
  });
  if (tensors.size === 0) {
    const hint = "Its tensors may be constants of nodes: export it with its weights as initializers.";
    throw new ModelError({ where, expected: "initializers, which hold the weights", got: "none", hint });
  }
  return tensors;
}

import { ModelError } from "../../errors.ts";
import { readMessage } from "../bytes/protobufWire.ts";

/**
 * The objects of a Keras program and the names by which they reference each other (TensorFlow,
 * trackable_object_graph.proto). Every checkpoint stores this graph under OBJECT_GRAPH_KEY; TensorFlow itself
 * follows it to find a variable's key.
 */
export interface ObjectGraph {
  /** Node 0 is the root. */
  readonly nodes: readonly ObjectNode[];
}

export interface ObjectNode {
  /** Node numbers by local name. */
  readonly children: ReadonlyMap<string, number>;
  /** Set if the object is a variable. */
  readonly variable?: {
    readonly key: string;
    /** The variable's name in its program: `Conv1/kernel`. */
    readonly fullName: string;
  };
}

export const OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH";

const MAX_NODES = 200_000;

export function parseObjectGraph(message: Uint8Array, where: string): ObjectGraph {
  const nodes: ObjectNode[] = [];
  readMessage(message, where, {
    1: (field) => {
      if (nodes.length >= MAX_NODES) {
        throw new ModelError({ where, expected: `at most ${MAX_NODES} objects`, got: "more" });
      }
      nodes.push(parseNode(field.bytes(), `${where} object ${nodes.length}`));
    },
  });
  for (const [index, { children }] of nodes.entries()) {
    for (const child of children.values()) {
      if (child < nodes.length) continue;
      const expected = `one of ${nodes.length} objects`;
      throw new ModelError({ where: `${where} object ${index}`, expected, got: `number ${child}` });
    }
  }
  return { nodes };
}

function parseNode(message: Uint8Array, where: string): ObjectNode {
  const children = new Map<string, number>();
  let variable: ObjectNode["variable"];
  readMessage(message, where, {
    1: (field) => {
      const child = { node: 0, name: "" };
      readMessage(field.bytes(), where, {
        1: (value) => (child.node = value.size()),
        2: (value) => (child.name = value.text()),
      });
      children.set(child.name, child.node);
    },
    2: (field) => {
      const attribute = { name: "", fullName: "", key: "" };
      readMessage(field.bytes(), where, {
        1: (value) => (attribute.name = value.text()),
        2: (value) => (attribute.fullName = value.text()),
        3: (value) => (attribute.key = value.text()),
      });
      const { name, fullName, key } = attribute;
      if (name === "VARIABLE_VALUE") variable = { key, fullName };
    },
  });
  return { children, variable };
}

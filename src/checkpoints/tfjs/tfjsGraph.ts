import { ModelError } from "../../errors.ts";
import {
  expectArray,
  expectObject,
  expectString,
  type JsonObject,
  type JsonValue,
  quote,
} from "../bytes/json.ts";

/**
 * One node of a TensorFlow.js graph. Graphs are not run: their nodes only show what a constant is used for
 * and whether the graph has the expected architecture.
 */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of its input nodes, in order, without output numbers (`unstack:1` is `unstack`). */
  readonly inputs: readonly string[];
  readonly attributes: JsonObject;
}

/** `topology` is model.json's modelTopology; a file may have none, or (Keras layers) one without nodes. */
export function parseNodes(topology: JsonObject, where: string): GraphNode[] {
  return expectArray(topology.get("node") ?? [], `${where} node`).map((value, index) => {
    const at = `${where} node ${index}`;
    const node = expectObject(value, at);
    const inputs = expectArray(node.get("input") ?? [], `${at} input`).map((input) =>
      expectString(input, at),
    );
    return {
      name: expectString(node.get("name"), `${at} name`),
      op: expectString(node.get("op"), `${at} op`),
      inputs: inputs.filter((input) => !input.startsWith("^")).map((input) => input.replace(/:\d+$/, "")),
      attributes: expectObject(node.get("attr") ?? new Map(), `${at} attr`),
    };
  });
}

/** Attribute `key` as text: `SAME`, `true`; a list as `1,2,2,1` or `BiasAdd,Relu6`; empty if absent. */
export function attribute(node: GraphNode, key: string): string {
  const where = `node ${quote(node.name)} attribute ${quote(key)}`;
  const value = expectObject(node.attributes.get(key) ?? new Map(), where);
  const list = expectObject(value.get("list") ?? new Map(), where);
  const texts = valuesOf("s").map((text) => fromBase64(expectString(text, where), where));
  return [...texts, ...valuesOf("i"), ...valuesOf("b")].join();

  function valuesOf(kind: string): readonly JsonValue[] {
    const single = value.get(kind);
    return single === undefined ? expectArray(list.get(kind) ?? [], where) : [single];
  }
}

function fromBase64(text: string, where: string): string {
  try {
    return atob(text);
  } catch (cause) {
    throw new ModelError({ where, expected: "base64 text", got: quote(text) }, { cause });
  }
}

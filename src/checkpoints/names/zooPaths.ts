import type { ObjectGraph, ObjectNode } from "../tensorBundle/objectGraph.ts";

/** A variable of an Object Detection API CenterNet, and where the program holds it. */
export interface ZooVariable {
  readonly key: string;
  /** Path below the model, of local names: `_prediction_head_dict/box/scale/0/layer_with_weights-1/bias`. */
  readonly path: string;
  /** The name of its Keras layer; only object graphs have it. */
  readonly layer?: string;
}

/** The root's names for the model: in checkpoints and in SavedModels. */
const MODEL_NAMES = ["model", "_model"];
/** The objects that hold a model's parameters. */
const REGIONS = [
  ["_feature_extractor", "_base_model"],
  ["_feature_extractor", "_feature_extractor_model"],
  ["_feature_extractor", "_network"],
  ["_prediction_head_dict"],
];
/**
 * Second names of the same objects: Keras also numbers all layers, SavedModels list variables, and the neck
 * holds the backbone as its first layer.
 */
const ALIAS = /^(layer-\d+|layers|keras_api|(non_)?trainable_variables|variables)$/;
const BACKBONE_IN_NECK = "_feature_extractor_model/layer_with_weights-0";

/**
 * Finds where the program holds each variable. TensorFlow itself follows the object graph, which also
 * resolves a SavedModel's keys (`_model/_feature_extractor/variables/7`). Without a graph, keys are taken as
 * paths.
 */
export function zooVariables(keys: Iterable<string>, graph?: ObjectGraph): ZooVariable[] {
  const found = graph ? walk(graph) : [];
  if (found.length > 0) {
    const stored = new Set(keys);
    return found.filter(({ key }) => stored.has(key));
  }
  return [...keys].flatMap((key) => {
    const path = /^_?model\/(.+)\/\.ATTRIBUTES\/VARIABLE_VALUE$/.exec(key)?.[1];
    return path === undefined || path.includes("/.OPTIMIZER_SLOT") ? [] : [{ key, path: unescapePath(path) }];
  });
}

/** Whether the key is training state: the optimizer's own variable, or its copy of a parameter. */
export function isOptimizerKey(key: string): boolean {
  return key.startsWith("optimizer/") || key.includes("/.OPTIMIZER_SLOT/");
}

/** In a key, `/` inside a local name is `.S` and `.` is `..`. */
function unescapePath(path: string): string {
  return path.replace(/\.([S.])/g, (_, code) => (code === "S" ? "/" : "."));
}

function walk({ nodes }: ObjectGraph): ZooVariable[] {
  const root = nodes[0];
  const name = MODEL_NAMES.find((candidate) => root?.children.has(candidate));
  if (!name) return [];
  const model = child(nodes, root, name);
  return REGIONS.flatMap((region) => {
    let node = model;
    for (const part of region) node = child(nodes, node, part);
    return node ? variablesBelow(nodes, node, region.join("/")) : [];
  });
}

function child(nodes: readonly ObjectNode[], node: ObjectNode | undefined, name: string) {
  const index = node?.children.get(name);
  return index === undefined ? undefined : nodes[index];
}

/** Breadth first, as TensorFlow makes its keys, so that the shortest of several paths to an object counts. */
function variablesBelow(nodes: readonly ObjectNode[], start: ObjectNode, prefix: string): ZooVariable[] {
  const seen = new Set([start]);
  const queue = [{ node: start, path: prefix }];
  const variables: ZooVariable[] = [];
  for (const { node, path } of queue) {
    if (node.variable) {
      const { key, fullName } = node.variable;
      variables.push({ key, path, layer: layerOf(fullName) });
    }
    for (const [name, index] of node.children) {
      const next = { node: nodes[index], path: `${path}/${name}` };
      if (seen.has(next.node) || ALIAS.test(name) || next.path.endsWith(BACKBONE_IN_NECK)) continue;
      seen.add(next.node);
      queue.push(next);
    }
  }
  return variables;
}

/** `some/scope/Conv1/kernel:0` → `Conv1`. */
function layerOf(fullName: string): string | undefined {
  return fullName.split("/").at(-2);
}

import { UsageError } from "../errors.ts";
import { formatShape, type Shape } from "../tensor.ts";
import type { DerivedParameter } from "./derivedParameter.ts";
import type { Epilogue, Op, ParameterRule } from "./op.ts";

/** One call of an op. Its output has the node's own name. */
export interface GraphNode {
  /** Scope and op: `backbone.stem.conv2d`. A fused node is named after the last of its ops. */
  readonly name: string;
  readonly op: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Names of nodes or graph inputs. If the epilogue adds a residual, that comes last. */
  readonly inputs: readonly string[];
  /** Role → parameter name: `{ kernel: "backbone.stem.kernel" }`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly shape: Shape;
  readonly epilogue?: Epilogue;
  /** The nodes that were fused into this one. Their values can no longer be read. */
  readonly fused?: readonly string[];
}

/**
 * A network as plain data, with nodes in an order in which they can run. Everything that is done with a
 * network (folding, fusing, counting, running) reads only this.
 */
export interface Graph {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly nodes: readonly GraphNode[];
  /** What the checkpoint must hold, by parameter name. */
  readonly parameters: Readonly<Record<string, ParameterRule>>;
  /** What passes over the graph compute from `parameters` (folded batch norms), by parameter name. */
  readonly derived: Readonly<Record<string, DerivedParameter>>;
  /** Output name → node name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** A value of a graph under construction. */
export class Value {
  constructor(
    readonly builder: GraphBuilder,
    readonly name: string,
    readonly shape: Shape,
  ) {}

  get height(): number {
    return this.shape[1];
  }
  get width(): number {
    return this.shape[2];
  }
  get channels(): number {
    return this.shape[3];
  }
}

/** A node in the tree of names. A module's parameters and values are named below its scope. */
export class Scope {
  constructor(readonly path: string) {}

  at(name: string | number): Scope {
    return new Scope(this.path === "" ? `${name}` : `${this.path}.${name}`);
  }
}

export class GraphBuilder {
  private readonly inputs: Record<string, Shape> = {};
  private readonly nodes = new Map<string, GraphNode>();
  private readonly parameters: Record<string, ParameterRule> = {};
  private readonly outputs: Record<string, string> = {};

  readonly root = new Scope("");

  input(name: string, shape: Shape): Value {
    this.inputs[name] = shape;
    return new Value(this, name, shape);
  }

  /**
   * Adds a node. Its name is the scope's path and the op's name.
   *
   * @throws UsageError if the name is taken, or if inputs and attributes do not fit the op.
   */
  apply<Attributes extends object>(
    op: Op<Attributes>,
    inputs: readonly Value[],
    scope: Scope,
    attributes: Attributes,
  ): Value {
    const name = scope.at(op.name).path;
    if (this.nodes.has(name) || name in this.inputs) {
      throw new UsageError({
        where: `graph node ${name}`,
        expected: "a new name",
        got: "a second use of it",
      });
    }
    const shapes = inputs.map((value) => value.shape);
    const shape = withName(name, () => op.shape(shapes, attributes));
    const parameters: Record<string, string> = {};
    for (const [role, rule] of Object.entries(op.parameters(shapes, attributes))) {
      const parameter = scope.at(role).path;
      parameters[role] = parameter;
      this.parameters[parameter] = rule;
    }
    this.nodes.set(name, {
      name,
      op: op.name,
      attributes: attributes as Readonly<Record<string, unknown>>,
      inputs: inputs.map((value) => value.name),
      parameters,
      shape,
    });
    return new Value(this, name, shape);
  }

  output(name: string, value: Value): void {
    this.outputs[name] = value.name;
  }

  build(): Graph {
    return {
      inputs: this.inputs,
      nodes: [...this.nodes.values()],
      parameters: this.parameters,
      derived: {},
      outputs: this.outputs,
    };
  }
}

/** The shapes of all nodes and graph inputs. */
export function shapesByName(graph: Graph): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>(Object.entries(graph.inputs));
  for (const node of graph.nodes) shapes.set(node.name, node.shape);
  return shapes;
}

/** Adds the node's name to an op's errors: an op does not know where it is called. */
function withName<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError({ ...error.fault, where: `${name}, ${error.fault.where}` }, { cause: error });
  }
}

/**
 * For shape rules.
 *
 * @throws UsageError unless `condition` holds.
 */
export function expectShape(
  condition: boolean,
  op: string,
  expected: string,
  ...got: (readonly number[])[]
): void {
  if (!condition) throw new UsageError({ where: op, expected, got: got.map(formatShape).join(" and ") });
}

/**
 * The nodes that must run for the graph's outputs and for the named values, in the graph's order. A network
 * may have other nodes that are only there to be tapped, such as the heads of an hourglass' first stack.
 */
export function neededNodes(graph: Graph, names: readonly string[] = []): GraphNode[] {
  const needed = new Set([...Object.values(graph.outputs), ...names]);
  const kept = [...graph.nodes].reverse().filter((node) => {
    if (!needed.has(node.name)) return false;
    for (const input of node.inputs) needed.add(input);
    return true;
  });
  return kept.reverse();
}

/** How many nodes and graph outputs read each value. */
export function consumerCounts(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const readers = [...graph.nodes.flatMap((node) => node.inputs), ...Object.values(graph.outputs)];
  for (const name of readers) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

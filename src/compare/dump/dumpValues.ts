import { quote } from "../../checkpoints/bytes/json.ts";
import { ModelError, UsageError } from "../../errors.ts";
import { findLayout, inputShapeOf, toChannelsLast } from "../../formats/layout.ts";
import type { InputSize } from "../../models/view.ts";
import type { Network } from "../../network.ts";
import { formatShape, type Layout, type Shape, type Tensor } from "../../tensor.ts";
import type { NumberTensor } from "../compareTensors.ts";
import type { Dump, DumpTensor } from "./dump.ts";
import { INPUT, type NameMap, nameTensors } from "./nodeNames.ts";

export interface DumpOptions {
  readonly names?: NameMap | Readonly<Record<string, string>>;
  /** Of tensors for which the file states none. */
  readonly layout?: Layout;
}

/** The tensors of a dump under this project's names and in its layout. Each is read when it is asked for. */
export class DumpValues {
  /** Of the tensors that belong to none of the nodes, by the dump's names. */
  readonly surplus: readonly string[];
  private readonly byNode: ReadonlyMap<string, string>;

  /** @throws ModelError if the names do not fit: see `nameTensors`. */
  constructor(
    private readonly dump: Dump,
    nodes: readonly string[],
    private readonly options: DumpOptions = {},
  ) {
    const { byNode, surplus } = nameTensors(dump, nodes, mapOf(options));
    this.byNode = byNode;
    this.surplus = surplus;
  }

  /** Of the nodes that it has. */
  get names(): string[] {
    return [...this.byNode.keys()].filter((name) => name !== INPUT);
  }

  /** The dump's name for a node, if it has its tensor. */
  tensorOf(node: string): string | undefined {
    return this.byNode.get(node);
  }

  get hasInput(): boolean {
    return this.byNode.has(INPUT);
  }

  /** The value of a node of this shape. @throws ModelError if the tensor has another, or if its layout is open. */
  async read(node: string, shape: Shape): Promise<NumberTensor> {
    const { name, tensor, where } = this.find(node);
    const layout = findLayout(tensor, shape, where);
    return toChannelsLast(await this.dump.read(name), shape, layout);
  }

  /** The network's input. @throws UsageError if it has another size than the network. */
  async readInput({ model, inputSize }: Pick<Network, "model" | "inputSize">): Promise<Tensor> {
    const { tensor, where } = this.find(INPUT);
    const shape = inputShapeOf(tensor, where);
    const [, height, width] = shape;
    if (!model.sizedByImage && (height !== inputSize.height || width !== inputSize.width)) {
      throw new UsageError({
        where,
        expected: `an input of ${inputSize.width}x${inputSize.height}`,
        got: `${width}x${height}`,
        hint: "Load the network for the dump's size.",
      });
    }
    const { data } = await this.read(INPUT, shape);
    const bad = data.find((value) => !Number.isFinite(value));
    if (bad !== undefined) {
      const fault = { where, expected: "finite numbers", got: `${bad}` };
      throw new ModelError(fault);
    }
    return { shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
  }

  private find(node: string) {
    const name = this.byNode.get(node);
    const tensor = name === undefined ? undefined : this.dump.tensors.get(name);
    if (name === undefined || !tensor) {
      const fault = { where: this.dump.where, expected: `a tensor for ${node}`, got: "none" };
      throw new ModelError(fault);
    }
    return { name, where: whereOf(this.dump, name), tensor: withLayout(tensor, this.options) };
  }
}

/**
 * The size of the network's input that a dump holds; undefined if it holds none.
 *
 * @throws ModelError if the tensor is no image, or its layout is open.
 */
export function dumpInputSize(dump: Dump, options: DumpOptions): InputSize | undefined {
  const map = mapOf(options);
  const found = [...dump.tensors].find(([name]) => (map.get(name) ?? name) === INPUT);
  if (!found) return undefined;
  const [name, tensor] = found;
  const [, height, width] = inputShapeOf(withLayout(tensor, options), whereOf(dump, name));
  return { height, width };
}

function mapOf({ names = {} }: DumpOptions): NameMap {
  return names instanceof Map ? names : new Map(Object.entries(names));
}

function whereOf(dump: Dump, name: string): string {
  return `${dump.where} tensor ${quote(name)}`;
}

/** What the file states about a tensor comes before what holds for all. */
function withLayout(tensor: DumpTensor, { layout }: DumpOptions): DumpTensor {
  return { ...tensor, layout: tensor.layout ?? layout };
}

/** `[1, 3, 192, 192]`, as another program has the shape. */
export function shapeIn(layout: Layout, [batch, height, width, channels]: Shape): string {
  return formatShape(layout === "NHWC" ? [batch, height, width, channels] : [batch, channels, height, width]);
}

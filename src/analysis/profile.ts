/** Where a network's time goes, layer by layer. */
import type { LayerTime, LayerTimes } from "../backend/layerTimes.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";
import { describeGraph } from "./describe.ts";

export interface Timed {
  /** The minimum over all runs. */
  readonly milliseconds: number;
  /** As `describeGraph` counts them. */
  readonly multiplyAdds: number;
  /** 2 · multiply-adds / time / 10⁹. Absent without multiply-adds, or if the clock is too coarse to tell the time. */
  readonly gflopsPerSecond?: number;
}

export interface LayerProfile extends Timed {
  /** The node's name, which `taps` takes. */
  readonly name: string;
  /** Its kind: `conv2d 1x1`, or `conv2d 1x1 > depthwiseConv2d 3x3` if the first is computed inside the second. */
  readonly kind: string;
  /** Of its output. */
  readonly shape: Shape;
  /** Layers that were computed inside it, and whose work counts here. */
  readonly inner?: readonly string[];
}

/** All layers of one kind together. */
export interface KindProfile extends Timed {
  readonly kind: string;
  readonly layers: number;
}

/** Where the time of several runs of a graph goes. */
export interface GraphProfile {
  readonly runs: number;
  /** How layers were timed, in words. */
  readonly clock: string;
  /** The sum of the layers' times, each of its fastest run. */
  readonly milliseconds: number;
  /** The sum of the layers' times in the fastest run that was timed. */
  readonly timedMilliseconds: number;
  /** In the order in which they run. */
  readonly layers: readonly LayerProfile[];
  /** The slowest first. */
  readonly kinds: readonly KindProfile[];
}

/** `timed` has one entry per run. */
export function graphProfile(graph: Graph, timed: readonly LayerTimes[]): GraphProfile {
  const layers = layerProfiles(graph, fastest(timed.map((run) => run.layers)));
  return {
    runs: timed.length,
    clock: timed[0].clock,
    milliseconds: total(layers),
    timedMilliseconds: Math.min(...timed.map((run) => total(run.layers))),
    layers,
    kinds: kindProfiles(layers),
  };
}

function total(layers: readonly Pick<LayerTime, "milliseconds">[]): number {
  return layers.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

function layerProfiles(graph: Graph, times: readonly LayerTime[]): LayerProfile[] {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const work = new Map(describeGraph(graph).layers.map(({ name, multiplyAdds }) => [name, multiplyAdds]));
  return times.map(({ name, milliseconds, inner = [] }) => {
    const members = [...inner, name];
    const multiplyAdds = members.reduce((sum, member) => sum + (work.get(member) ?? 0), 0);
    return {
      name,
      kind: members.map((member) => kindOf(nodes.get(member) as GraphNode)).join(" > "),
      shape: (nodes.get(name) as GraphNode).shape,
      ...(inner.length > 0 && { inner }),
      ...timed(milliseconds, multiplyAdds),
    };
  });
}

/** The slowest kind first. */
export function kindProfiles(layers: readonly LayerProfile[]): KindProfile[] {
  const kinds = new Map<string, LayerProfile[]>();
  for (const layer of layers) kinds.set(layer.kind, [...(kinds.get(layer.kind) ?? []), layer]);
  const sum = (group: readonly LayerProfile[], of: (layer: LayerProfile) => number) =>
    group.reduce((total, layer) => total + of(layer), 0);
  return [...kinds]
    .map(([kind, group]) => ({
      kind,
      layers: group.length,
      ...timed(
        sum(group, ({ milliseconds }) => milliseconds),
        sum(group, ({ multiplyAdds }) => multiplyAdds),
      ),
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

function timed(milliseconds: number, multiplyAdds: number): Timed {
  const isTold = multiplyAdds > 0 && milliseconds > 0;
  return {
    milliseconds,
    multiplyAdds,
    ...(isTold && { gflopsPerSecond: (2 * multiplyAdds) / milliseconds / 1e6 }),
  };
}

function kindOf({ op, attributes: { kernel } }: GraphNode): string {
  return kernel === undefined ? op : `${op} ${kernel}x${kernel}`;
}

/** The minima of several runs of one plan, layer by layer. */
export function fastest(runs: readonly (readonly LayerTime[])[]): LayerTime[] {
  return runs[0].map((layer, index) => ({
    ...layer,
    milliseconds: Math.min(...runs.map((run) => run[index].milliseconds)),
  }));
}

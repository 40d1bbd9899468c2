/** Which layers `taps` asks for: names, patterns such as `backbone.block4.*`, or "all". */
import { UsageError } from "./errors.ts";
import type { GraphNode } from "./graph/graph.ts";
import { similarNames } from "./support/unknownName.ts";

/** Stands for every layer. */
export const ALL_TAPS = "all";

/** A graph, as far as its nodes' names go. */
export interface NamedNodes {
  readonly nodes: readonly Pick<GraphNode, "name" | "fused">[];
}

/** So many names are suggested for one that is not known. */
const SUGGESTIONS = 3;

/**
 * The names of the graph's nodes that `patterns` ask for, each once, in the graph's order. In a pattern, `*` stands
 * for any characters, dots included; "all" asks for every node.
 *
 * @throws UsageError for a name or pattern that fits no node, with the nearest that does.
 */
export function matchTaps(graph: NamedNodes, patterns: string | readonly string[]): string[] {
  const names = graph.nodes.map(({ name }) => name);
  const wanted = new Set<string>();
  for (const pattern of [patterns].flat()) {
    const matched = matching(names, pattern);
    if (matched.length === 0) throw unknownTap(graph, pattern);
    for (const name of matched) wanted.add(name);
  }
  return names.filter((name) => wanted.has(name));
}

/** The graph of a network as it runs, and with each op alone. */
interface TappedNetwork {
  readonly fused: boolean;
  graphOf(fused: boolean): NamedNodes;
}

/** What to tap, and whether the run can fuse layers. */
export interface ChosenTaps {
  readonly taps: readonly string[];
  readonly fuse: boolean;
}

/**
 * Patterns are those of the network as it was loaded. If one fits only values inside its fused layers, each op runs
 * alone.
 *
 * @throws UsageError for a name or pattern that fits no layer and no op, with the nearest that does.
 */
export function chooseTaps(network: TappedNetwork, patterns: string | readonly string[]): ChosenTaps {
  const graph = network.graphOf(network.fused);
  const names = graph.nodes.map(({ name }) => name);
  const inside = [patterns].flat().filter((pattern) => matching(names, pattern).length === 0);
  if (!network.fused || inside.length === 0) return { taps: matchTaps(graph, patterns), fuse: network.fused };
  const whole = network.graphOf(false);
  const others = [patterns].flat().filter((pattern) => !inside.includes(pattern));
  return { taps: matchTaps(whole, [...matchTaps(graph, others), ...matchTaps(whole, inside)]), fuse: false };
}

/** The names that a pattern fits, in their order. */
function matching(names: readonly string[], pattern: string): readonly string[] {
  if (pattern === ALL_TAPS) return names;
  if (!pattern.includes("*")) return names.includes(pattern) ? [pattern] : [];
  const pieces = pattern.split("*");
  return names.filter((name) => fits(name, pieces));
}

/** Whether a name consists of these pieces in this order, with anything between them. */
function fits(name: string, pieces: readonly string[]): boolean {
  const [first, last] = [pieces[0], pieces[pieces.length - 1]];
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last))
    return false;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = name.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return from <= name.length - last.length;
}

function unknownTap({ nodes }: NamedNodes, pattern: string): UsageError {
  const names = nodes.map(({ name }) => name);
  const host = nodes.find(({ fused }) => fused?.includes(pattern));
  const isPattern = pattern.includes("*");
  const scopes = scopesOf(names).map((scope) => `${scope}.*`);
  const near = scopes.includes(`${pattern}.*`)
    ? [`${pattern}.*`]
    : similarNames(pattern, isPattern ? scopes : names, SUGGESTIONS);
  const guess = near.length > 0 ? `Did you mean ${inWords(near)}? ` : "";
  return new UsageError({
    where: `tap ${pattern}`,
    expected: isPattern ? "a pattern that fits a layer's name" : "the name of a layer",
    got: host
      ? `a part of the fused layer ${host.name}`
      : isPattern
        ? "one that fits none"
        : "an unknown name",
    hint: host
      ? "Load with { fuse: false } to tap it."
      : `${guess}\`centernet describe <model>\` lists the names.`,
  });
}

/** Every beginning of a name that ends before a dot. */
function scopesOf(names: readonly string[]): string[] {
  const scopes = names.flatMap((name) => {
    const parts = name.split(".");
    return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
  });
  return [...new Set(scopes)];
}

/** `a`, `a or b`, `a, b or c` */
function inWords(names: readonly string[]): string {
  const last = names[names.length - 1];
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${last}` : last;
}

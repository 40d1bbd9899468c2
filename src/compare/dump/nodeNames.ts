/** Which tensor of a dump is which node of a network. */
import { expectObject, expectString, parseJson, quote } from "../../checkpoints/bytes/json.ts";
import { ModelError } from "../../errors.ts";
import { mostSimilar } from "../../support/unknownName.ts";

/** The network's input, among the names of a dump. */
export const INPUT = "input";

/** Another program's names of tensors → this project's names of nodes. */
export type NameMap = ReadonlyMap<string, string>;

const LIMITS = { depth: 1, values: 100_000 };

/** Parses a JSON object, `{ "their name": "name of a node" }`. @throws ModelError for anything else. */
export function parseNameMap(bytes: Uint8Array, where: string): NameMap {
  const entries = expectObject(parseJson(bytes, where, LIMITS), where);
  return new Map(
    [...entries].map(([name, node]) => [name, expectString(node, `${where} ${quote(name)}`)] as const),
  );
}

export interface NamedTensors {
  /** Name of a node, or `input` → name of a tensor. */
  readonly byNode: ReadonlyMap<string, string>;
  /** The tensors that belong to no node, by the dump's names. */
  readonly surplus: readonly string[];
}

/**
 * Gives the tensors of a dump the names of nodes. Those that `map` does not mention keep their own.
 *
 * @throws ModelError if the map names what is not there, if two tensors are one node, or if no tensor is a node.
 */
export function nameTensors(
  dump: { readonly where: string; readonly tensors: ReadonlyMap<string, unknown> },
  nodes: readonly string[],
  map: NameMap = new Map(),
): NamedTensors {
  const known = new Set([...nodes, INPUT]);
  checkMap(map, dump, known);
  const byNode = new Map<string, string>();
  const surplus: string[] = [];
  for (const name of dump.tensors.keys()) {
    const node = map.get(name) ?? name;
    const other = byNode.get(node);
    if (other !== undefined) {
      const got = `${quote(other)} and ${quote(name)}`;
      throw new ModelError({ where: `${dump.where} node ${node}`, expected: "one tensor", got });
    }
    if (known.has(node)) byNode.set(node, name);
    else surplus.push(name);
  }
  if (byNode.size === 0 || (byNode.size === 1 && byNode.has(INPUT) && nodes.length > 0)) {
    throw new ModelError({
      where: dump.where,
      expected: "tensors that are named like nodes",
      got:
        dump.tensors.size === 0 ? "no tensor" : surplus.length === 0 ? "only the input" : shortList(surplus),
      hint: "describeGraph tells the names of nodes; the option names maps other names to them.",
    });
  }
  return { byNode, surplus };
}

function checkMap(
  map: NameMap,
  { where, tensors }: Parameters<typeof nameTensors>[0],
  known: ReadonlySet<string>,
): void {
  for (const [name, node] of map) {
    const isReversed = known.has(name) && tensors.has(node);
    if (known.has(node) && tensors.has(name)) continue;
    const wrong = tensors.has(name)
      ? { expected: `the name of a node for ${quote(name)}`, name: node, names: [...known] }
      : { expected: `the name of a tensor of ${where}`, name, names: [...tensors.keys()] };
    const meant = mostSimilar(wrong.name, wrong.names);
    const guess = meant === undefined ? undefined : `Did you mean ${meant}?`;
    const hint = isReversed ? "The map goes from the dump's names to those of nodes: turn it round." : guess;
    throw new ModelError({ where: "option names", expected: wrong.expected, got: quote(wrong.name), hint });
  }
}

const MAX_LISTED = 3;

function shortList(names: readonly string[]): string {
  const first = names.slice(0, MAX_LISTED).map(quote).join(", ");
  return names.length > MAX_LISTED ? `${first} and ${names.length - MAX_LISTED} more` : first;
}

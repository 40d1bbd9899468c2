import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { LabelMap } from "../pipelineConfig/detectionApiSidecar.ts";

export interface NamedId {
  readonly id: number;
  readonly name: string;
}

/** More than any detector has: Open Images has 601 classes, Objects365 365, LVIS 1203. */
export const MAX_CLASSES = 20_000;

/**
 * Checks names and ids. `isList` says that the ids only count the names, so that there must be one for each class.
 *
 * @throws ModelError for no or too many names, a repeated id, or an empty name.
 */
export function labelMapOf(items: readonly NamedId[], where: string, isList = false): LabelMap {
  if (items.length === 0) throw new ModelError({ where, expected: "names of classes", got: "none" });
  if (items.length > MAX_CLASSES) {
    throw new ModelError({ where, expected: `at most ${MAX_CLASSES} classes`, got: String(items.length) });
  }
  const names = new Map<number, string>();
  for (const { id, name } of items) {
    const other = names.get(id);
    if (other !== undefined) {
      const got = `id ${id} for ${quote(other)} and ${quote(name)}`;
      throw new ModelError({ where, expected: "every id once", got });
    }
    if (name === "") throw new ModelError({ where, expected: `a name of id ${id}`, got: "none" });
    names.set(id, name);
  }
  return {
    items: items.map(({ id, name }) => ({ id, name, label: name, keypoints: new Map() })),
    unknown: [],
    isList,
    where,
  };
}

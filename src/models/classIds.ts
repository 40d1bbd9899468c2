/** Classes that a user names. */
import { UsageError } from "../errors.ts";
import { unknownName } from "../support/unknownName.ts";
import { CLASS_ALIASES } from "./coco.ts";
import type { Model } from "./model.ts";

/**
 * The ids of the model's classes with these names (upper and lower case being alike) or ids. `where` names the
 * option in errors.
 *
 * @throws UsageError for one that the model does not have, with the one that was probably meant.
 */
export function classIdsOf(
  model: Pick<Model, "name" | "classes">,
  classes: readonly (string | number)[],
  where = "option classes",
): ReadonlySet<number> {
  return new Set(classes.map((wanted) => classIdOf(model, wanted, where)));
}

function classIdOf(model: Pick<Model, "name" | "classes">, wanted: string | number, where: string): number {
  const name = `${wanted}`.trim().toLowerCase();
  const found = model.classes.find(({ label, classId }) => {
    return label.toLowerCase() === name || `${classId}` === name;
  });
  if (found) return found.classId;
  const names = model.classes.map(({ label }) => label);
  const aliases = Object.fromEntries(
    Object.entries(CLASS_ALIASES).filter(([, label]) => names.includes(label)),
  );
  const expected = `a class of ${model.name}, by name or id`;
  throw new UsageError(unknownName({ where, expected, name: `${wanted}`, names, aliases }));
}

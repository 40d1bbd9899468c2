/** What of a model's detections annotations can judge. */
import { UsageError } from "../errors.ts";
import type { AnnotatedImage, Annotations } from "../evaluation/reading/annotations.ts";
import type { EvaluationType } from "../evaluation/reading/foundColumns.ts";
import type { ImageId } from "../evaluation/reading/ids.ts";
import type { Model } from "../models/model.ts";

const MAX_SHOWN = 3;

/**
 * Boxes or keypoints: what was asked for, or else keypoints if both the model and the annotations have some.
 *
 * @throws UsageError if the model finds none of the annotations' classes, or not what was asked for.
 */
export function typeFor(
  model: Pick<Model, "name" | "classes" | "keypointNames" | "outputs">,
  annotations: Annotations,
  wanted?: EvaluationType,
): EvaluationType {
  const { categories, truth, name } = annotations;
  const where = `model ${model.name}`;
  const known = new Set(categories.map((category) => category.name.toLowerCase()));
  const finds = ({ label, classId }: Model["classes"][number]) =>
    known.has(label.toLowerCase()) ||
    (label === `class ${classId}` && annotations.categoryIndex(classId) !== undefined);
  if (!model.classes.some(finds)) {
    const expected = `a model with a class of ${name} (${shown(categories.map((category) => category.name))})`;
    const got = `one that finds ${shown(model.classes.map(({ label }) => label))}`;
    throw new UsageError({ where, expected, got });
  }
  const keypoints = model.keypointNames?.length;
  const hasBoxes = model.outputs.includes("boxes");
  const fits = keypoints !== undefined && keypoints === truth.keypointCount;
  const type = wanted ?? (fits || !hasBoxes ? "keypoints" : "boxes");
  if (type === "boxes" && !hasBoxes) {
    throw new UsageError({
      where,
      expected: "a model that finds boxes",
      got: "boxes derived from keypoints",
    });
  }
  if (type === "keypoints" && !fits) {
    const expected = truth.keypointCount
      ? `a model of ${truth.keypointCount} keypoints, as ${name} has`
      : `annotations with keypoints`;
    const got = truth.keypointCount ? `${keypoints ?? "one without"}` : `${name}, which has none`;
    const hint = truth.keypointCount ? undefined : "COCO's are in person_keypoints_val2017.json.";
    throw new UsageError({ where, expected, got, hint });
  }
  return type;
}

/** The images to detect on. @throws UsageError unless each has a name of its own. */
export function chosenImages(
  { images, name, imageIndex }: Annotations,
  ids: readonly ImageId[] | undefined,
): readonly AnnotatedImage[] {
  const seen = new Map<string, AnnotatedImage>();
  const chosen = ids && new Set(ids.map((id) => imageIndex(id)));
  const all = images.filter((_, i) => !chosen || chosen.has(i));
  for (const image of all) {
    const where = `${name}: image ${JSON.stringify(image.id)}`;
    if (image.fileName === "") throw new UsageError({ where, expected: "a file_name", got: "none" });
    const other = seen.get(image.fileName);
    if (other) {
      const got = `${image.fileName}, as image ${JSON.stringify(other.id)} has`;
      throw new UsageError({ where, expected: "a file_name of its own", got });
    }
    seen.set(image.fileName, image);
  }
  if (all.length === 0) throw new UsageError({ where: name, expected: "images", got: "none" });
  return all;
}

function shown(names: readonly string[]): string {
  return `${names.slice(0, MAX_SHOWN).join(", ")}${names.length > MAX_SHOWN ? ", …" : ""}`;
}

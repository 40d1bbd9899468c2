/** The names of classes that a user gives for a model. */
import { readBytes } from "#platform";
import { quote } from "../checkpoints/bytes/json.ts";
import { parseLabelMapFile } from "../checkpoints/labelMaps/labelMapFile.ts";
import { labelMapOf, MAX_CLASSES } from "../checkpoints/labelMaps/labelMapOf.ts";
import type { LabelMap } from "../checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { CenterNetError, ModelError, systemMessage, UsageError } from "../errors.ts";
import type { ClassLabel } from "../models/coco.ts";
import { describeValue } from "../support/checkArguments.ts";

/**
 * The names of the classes in the order of the network's channels; or the path, URL or contents of a file: a
 * label map (.pbtxt), a text of one name per line, the `names` of a YAML data set, or COCO's categories as JSON.
 */
export type LabelSource = LabelMap | readonly string[] | string | URL | Uint8Array | ArrayBuffer | Blob;

/** @throws ModelError if there is no such file, or it names no classes. */
export async function readLabels(source: LabelSource): Promise<LabelMap> {
  if (isNames(source)) {
    const items = source.map((name, i) => ({ id: i + 1, name }));
    return labelMapOf(items, "label map", true);
  }
  if (source instanceof Uint8Array) return parseLabelMapFile(source, "label map");
  if (source instanceof ArrayBuffer) return parseLabelMapFile(new Uint8Array(source), "label map");
  if (source instanceof Blob) {
    const name = "name" in source && typeof source.name === "string" ? source.name : "label map";
    return parseLabelMapFile(new Uint8Array(await source.arrayBuffer()), name);
  }
  if (typeof source === "object" && "items" in source) return checked(source);
  const where = source.toString();
  const bytes = await readBytes(source).catch((error: unknown) => {
    if (error instanceof CenterNetError) throw error;
    const got = systemMessage(error);
    throw new ModelError({ where, expected: "a label map", got, hint: "Check the path." }, { cause: error });
  });
  return parseLabelMapFile(bytes, where);
}

/** @throws UsageError for items of another form; ModelError as for a file. */
function checked(map: LabelMap): LabelMap {
  const wrong = map.items.findIndex((item) => !Number.isInteger(item?.id) || typeof item.label !== "string");
  if (wrong >= 0) {
    const expected = "items { id, label }, with a whole number and a text";
    throw new UsageError({ where: "labelMap", expected, got: describeValue(map.items[wrong]) });
  }
  const { items } = labelMapOf(
    map.items.map(({ id, label }) => ({ id, name: label })),
    map.where ?? "label map",
  );
  return { ...map, items: items.map((item, i) => ({ ...item, ...map.items[i] })) };
}

function isNames(source: LabelSource): source is readonly string[] {
  return Array.isArray(source);
}

/** How lists of names call what is in no class, which a CenterNet has no channel for. */
const BACKGROUND = /^(__background__|background|bg|unlabeled|\?\?\?|n\/a)$/i;

/**
 * The label of each channel of a network's heatmap. Ids belong to channels in this order: from 0 or 1 on if none
 * exceeds the number of classes, else by size if there are as many as classes (COCO's 80 ids run to 90).
 *
 * @throws ModelError if the ids or the number of names do not fit the network.
 */
export function channelLabels(map: LabelMap, classes: number, modelName: string): ClassLabel[] {
  const { isList = false, where = "label map" } = map;
  const items = withoutBackground(map, classes);
  const ids = items.map(({ id }) => id);
  const first = ids.includes(0) ? 0 : 1;
  const expected = `names for the ${classes} ${classes === 1 ? "class" : "classes"} of ${modelName}`;
  if (classes > MAX_CLASSES) {
    const got = `a network of ${classes}`;
    throw new ModelError({ where, expected: `names for at most ${MAX_CLASSES} classes`, got });
  }
  if (isList && items.length !== classes) {
    throw new ModelError({ where, expected, got: String(items.length), hint: OTHER_FILE });
  }
  if (items.length === classes) {
    const byId = items.toSorted((a, b) => a.id - b.id);
    return byId.map(({ id, label }) => ({ label, classId: id }));
  }
  const beyond = items.find(({ id }) => id - first >= classes);
  if (beyond) {
    const got = `id ${beyond.id} (${quote(beyond.label)}) among ${items.length} names`;
    const range = `, with ids from ${first} to ${classes - 1 + first}`;
    throw new ModelError({ where, expected: expected + range, got, hint: OTHER_FILE });
  }
  const labels = new Map(items.map(({ id, label }) => [id, label]));
  return Array.from({ length: classes }, (_, channel) => {
    const classId = channel + first;
    return { label: labels.get(classId) ?? `class ${classId}`, classId };
  });
}

const OTHER_FILE = "Give the label map that the model was trained with.";

function withoutBackground({ items, isList }: LabelMap, classes: number): LabelMap["items"] {
  const background = isList && items.length === classes + 1 && BACKGROUND.test(items[0].label);
  if (!background) return items;
  return items.slice(1).map((item) => ({ ...item, id: item.id - 1 }));
}

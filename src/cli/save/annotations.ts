import type { Detection } from "../../detection.ts";
import { systemMessage, UsageError } from "../../errors.ts";
import { readRegularFile } from "../../platform/regularFile.ts";
import { isObject } from "../../support/checkArguments.ts";
import { fileKind } from "../../support/fileKind/fileKind.ts";

/** What results need of a COCO annotations file: the ids of its images and categories. */
export interface Annotations {
  readonly path: string;
  readonly images: readonly { readonly id: number | string; readonly fileName: string }[];
  /** The id of the category with this class's name; undefined if there is none. */
  categoryOf(detection: Pick<Detection, "label" | "classId">): number | undefined;
}

const FLAG = "option --annotations";

/** @throws UsageError if the file cannot be read or is no COCO annotations file. */
export async function readAnnotations(path: string): Promise<Annotations> {
  const where = `${FLAG} ${path}`;
  const bytes = await readRegularFile(path).catch((error: unknown) => {
    const fault = { where, expected: "a COCO annotations file", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  });
  const { images, categories } = parsed(bytes, where);
  const byName = new Map(categories.map(({ id, name }) => [name.toLowerCase(), id]));
  return {
    path,
    images,
    categoryOf: ({ label }) => byName.get(label.toLowerCase()),
  };
}

function parsed(bytes: Uint8Array, where: string) {
  const refuse = (expected: string, got: string) => new UsageError({ where, expected, got });
  let file: unknown;
  const { reader, what } = fileKind(bytes);
  const isArray = /^\s*\[/.test(Buffer.from(bytes.subarray(0, 100)).toString("latin1"));
  if (reader !== "json" && !isArray) throw refuse("a COCO annotations file", what);
  try {
    file = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw refuse("JSON", (error as Error).message);
  }
  if (!isObject(file) || !Array.isArray(file.images)) {
    const got = Array.isArray(file) ? "an array, as results files have" : "none";
    throw refuse("a list images, as a COCO annotations file has", got);
  }
  const images = file.images.map((image: unknown, i: number) => {
    const { id, file_name: fileName } = isObject(image) ? image : {};
    const isId = typeof id === "string" || Number.isInteger(id);
    if (isId && typeof fileName === "string") return { id: id as number | string, fileName };
    throw refuse("an id and a file_name of each image", `neither or one in images[${i}]`);
  });
  const categories = (Array.isArray(file.categories) ? file.categories : []).flatMap((category: unknown) => {
    const { id, name } = isObject(category) ? category : {};
    return Number.isInteger(id) && typeof name === "string" ? [{ id: id as number, name }] : [];
  });
  return { images, categories };
}

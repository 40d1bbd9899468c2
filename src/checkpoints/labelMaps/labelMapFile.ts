/** Reads the names of classes from the files in which users have them. The content decides which kind it is. */
import { ModelError } from "../../errors.ts";
import { fileKind } from "../../support/fileKind/fileKind.ts";
import { type LabelMap, parseLabelMap } from "../pipelineConfig/detectionApiSidecar.ts";
import { parseCategories } from "./cocoCategories.ts";
import { labelMapOf, type NamedId } from "./labelMapOf.ts";
import { parseYamlNames } from "./yamlNames.ts";

const EXPECTED =
  "a label map: .pbtxt, one name per line, the names of a YAML data set, or COCO's categories as JSON";
/** For the texts of other encodings, as UTF-16 and Latin-1, which cannot be told from other bytes. */
const SAVE_AS_TEXT = "Save it as plain text in UTF-8.";

/**
 * A label map of the Object Detection API, a text of one name per line, the `names` of a YAML data set, or JSON:
 * COCO's annotations or categories, or a list of names.
 *
 * @throws ModelError for any other file, for a repeated id, and if a name is missing.
 */
export function parseLabelMapFile(bytes: Uint8Array, where: string): LabelMap {
  const { reader, what, hint } = fileKind(bytes);
  if (reader === "json" || reader === "jsonList") return parseCategories(bytes, where);
  if (reader !== "labelMap" && reader !== "text") {
    throw new ModelError({ where, expected: EXPECTED, got: what, hint: hint ?? SAVE_AS_TEXT });
  }
  const text = decoded(bytes, where);
  if (/^item\s*[:{<]/.test(withoutComments(text))) return { ...parseLabelMap(bytes, where), where };
  if (/^names[ \t]*:/m.test(text)) return labelMapOf(parseYamlNames(text, where), where);
  if (/\.ya?ml$/.test(where)) {
    throw new ModelError({
      where,
      expected: "a YAML data set with names",
      got: "none at its outermost level",
    });
  }
  return parseLines(text, where);
}

function decoded(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ModelError({ where, expected: "text in UTF-8", got: "other bytes" }, { cause });
  }
}

/** The text from the first line on that is neither empty nor a comment. */
function withoutComments(text: string): string {
  let start = 0;
  for (;;) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end < 0 ? undefined : end).trim();
    if (line !== "" && !line.startsWith("#")) return text.slice(start, start + 1000).trimStart();
    if (end < 0) return "";
    start = end + 1;
  }
}

const NUMBERED = /^(\d{1,9})(?:[:,\t]| {1,9})[ \t]*(\S.*)$/;

/** One name per line; its number counts from 1, unless every line begins with a number of its own. */
function parseLines(text: string, where: string): LabelMap {
  const lines = text.trimEnd().split(/\r?\n/);
  const numbered = lines.map((line) => NUMBERED.exec(line.trim()));
  if (numbered.every((match) => match !== null)) {
    const items = numbered.map((match) => ({ id: Number(match?.[1]), name: match?.[2] ?? "" }));
    return labelMapOf(items, where);
  }
  const names = lines.map((line, i): NamedId => ({ id: i + 1, name: line.trim() }));
  const empty = names.find(({ name }) => name === "");
  if (empty) {
    throw new ModelError({ where: `${where}, line ${empty.id}`, expected: "a name", got: "an empty line" });
  }
  return labelMapOf(names, where, true);
}

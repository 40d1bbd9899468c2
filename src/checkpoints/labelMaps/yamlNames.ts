import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { NamedId } from "./labelMapOf.ts";

/**
 * The `names` of a YAML data set (Ultralytics), whose ids count from 0. Read are the four ways in which such files
 * write them, and no other YAML:
 *
 *     names: [person, 'bicycle']      names:            names:             names: {0: person, 1: bicycle}
 *                                       - person          0: person
 *                                       - bicycle         1: bicycle
 *
 * @throws ModelError with the line for anything else.
 */
export function parseYamlNames(text: string, where: string): NamedId[] {
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => /^names[ \t]*:/.test(line));
  const value = withoutComment(lines[first].slice(lines[first].indexOf(":") + 1)).trim();
  if (value === "") return blockNames(lines, first + 1, where);
  if (value.startsWith("[") || value.startsWith("{")) return flowNames(lines, first, where);
  throw unreadable(where, first, quote(value));
}

/** One entry per line; the lines end where one is indented less, or not at all without being an entry. */
function blockNames(lines: readonly string[], start: number, where: string): NamedId[] {
  const found: NamedId[] = [];
  let indentation: number | undefined;
  for (let i = start; i < lines.length; i++) {
    const line = withoutComment(lines[i]).trimEnd();
    if (line.trim() === "") continue;
    const entry = /^([ \t]*)(?:- +|(['"]?)(\d{1,9})\2[ \t]*:[ \t]+)(.+)$/.exec(line);
    const indented = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    const isEntry = entry !== null && (entry[3] === undefined || indented > 0);
    if (indented === 0 && !isEntry) break;
    if (!isEntry || indented !== (indentation ?? indented)) throw unreadable(where, i, quote(line.trim()));
    indentation = indented;
    found.push({ id: Number(entry[3] ?? found.length), name: scalar(entry[4], where, i) });
  }
  return found;
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|([[\]{},])|(:)(?=\s)|([^\s[\]{},:'"#][^[\]{},:\n]*))/y;

/** A list or a map in brackets, which may take several lines. */
function flowNames(lines: readonly string[], first: number, where: string): NamedId[] {
  const rest = [lines[first].slice(lines[first].indexOf(":") + 1), ...lines.slice(first + 1)];
  const text = rest.map(withoutComment).join("\n");
  const tokens = flowTokens(text);
  const isMap = tokens[0] === "{";
  if (tokens.at(-1) !== (isMap ? "}" : "]")) throw unreadable(where, first, "brackets that do not end");
  const entries: string[][] = [[]];
  for (const token of tokens.slice(1, -1)) {
    if (token === ",") entries.push([]);
    else entries[entries.length - 1].push(token);
  }
  if (entries.at(-1)?.length === 0) entries.pop(); // a comma may follow the last
  return entries.map((entry, i) => {
    const [key, colon, name] = isMap ? entry : [String(i), ":", entry[0]];
    const isWhole = entry.length === (isMap ? 3 : 1) && colon === ":" && /^['"]?\d{1,9}['"]?$/.test(key);
    if (!isWhole) throw unreadable(where, first, `entry ${i} of another form`);
    return { id: Number(key.replace(/['"]/g, "")), name: scalar(name, where, first) };
  });
}

/** Up to the bracket that closes the first. */
function flowTokens(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    tokens.push((match[1] ?? match[2] ?? match[3] ?? match[4]).trim());
    if (match[2] === "]" || match[2] === "}") break;
  }
  return tokens;
}

/** A plain or quoted text. */
function scalar(text: string, where: string, line: number): string {
  const value = text.trim();
  if (value.startsWith("'") && value.endsWith("'") && value.length > 1) {
    return value.slice(1, -1).replaceAll("''", "'");
  }
  if (value.startsWith('"')) {
    try {
      return String(JSON.parse(value));
    } catch {
      throw unreadable(where, line, quote(value));
    }
  }
  if (/^[&*!|>%@`{[-]( |$)|^[&*!|>%@`{[]/.test(value)) throw unreadable(where, line, quote(value));
  return value;
}

/** A comment begins at a # after a space, outside of quotes. */
function withoutComment(line: string): string {
  let quoted = "";
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if (quoted === '"' && character === "\\") i++;
    else if (quoted) quoted = character === quoted ? "" : quoted;
    else if (/['"]/.test(character) && /^$|[\s[{,:-]/.test(line[i - 1] ?? "")) quoted = character;
    else if (character === "#" && (i === 0 || /\s/.test(line[i - 1]))) return line.slice(0, i);
  }
  return line;
}

function unreadable(where: string, line: number, got: string): ModelError {
  const expected = "names as a list or by number";
  return new ModelError({ where: `${where}, line ${line + 1}`, expected, got });
}

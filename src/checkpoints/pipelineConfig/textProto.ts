import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";

/**
 * A parser for protocol buffers' text format (protobuf.dev, "Text Format Language Specification") without a
 * schema: the caller interprets the fields. It supports comments, both kinds of brackets, adjacent strings,
 * lists, extensions and separators, and drops nothing.
 */
export interface TextMessage {
  /** In file order; names may repeat. */
  readonly fields: readonly TextField[];
}

export interface TextField {
  /** The name of an extension or an Any keeps its brackets: `[package.name]`. */
  readonly name: string;
  readonly value: TextValue;
  readonly line: number;
  readonly column: number;
}

export type TextValue =
  | { readonly kind: "message"; readonly message: TextMessage }
  | { readonly kind: "string"; readonly text: string }
  /** A number, true, false or an enum's name, as written. */
  | { readonly kind: "word"; readonly text: string };

const MAX_FIELDS = 100_000;
const MAX_DEPTH = 64;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?)(?![A-Za-z0-9_.])/y;
const EXTENSION = /[A-Za-z0-9_./-]+/y;
const SPACE = /[ \t\r\n\v\f]+/y;
const COMMENT = /#[^\n]*/y;
/** What a number may consist of before its exponent's sign. */
const NUMBER_START = /[A-Za-z0-9_.]*/y;
/** Within it, the pattern of numbers may go back and forth. */
const MAX_NUMBER = 400;

/** `where` names the file; errors add line and column, from 1. @throws ModelError and nothing else. */
export function parseTextProto(bytes: Uint8Array, where: string): TextMessage {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ModelError({ where, expected: "text in UTF-8", got: "other bytes" }, { cause });
  }
  return new TextProtoParser(text, where).document();
}

class TextProtoParser {
  private position = 0;
  private count = 0;
  private line = 1;
  private lineStart = 0;
  /** Where the line ends; searched for once per line, since a line may be as long as the file. */
  private lineEnd = -1;

  constructor(
    private readonly source: string,
    private readonly where: string,
  ) {}

  document(): TextMessage {
    return this.message("", 0);
  }

  /** `end` is the closing bracket, empty for the end of the text. */
  private message(end: string, depth: number): TextMessage {
    if (depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels of nesting`, "more");
    const fields: TextField[] = [];
    for (;;) {
      this.skipSpace();
      if (end === "" ? this.position >= this.source.length : this.takes(end)) return { fields };
      const place = this.place();
      const name = this.name();
      for (const value of this.values(depth)) {
        if (++this.count > MAX_FIELDS) this.fail(`at most ${MAX_FIELDS} fields`, "more");
        fields.push({ name, value, ...place });
      }
      if (!this.takes(",")) this.takes(";");
    }
  }

  private name(): string {
    if (!this.takes("[")) return this.match(WORD) ?? this.fail("the name of a field");
    this.skipSpace();
    const name = this.match(EXTENSION) ?? this.fail("the name of an extension");
    this.take("]");
    return `[${name}]`;
  }

  /** Parses one value, or the values of a list. A message needs no colon before it. */
  private *values(depth: number): Generator<TextValue> {
    const colon = this.takes(":");
    if (this.takes("[")) {
      if (this.takes("]")) return;
      do yield this.value(true, depth);
      while (this.takes(","));
      this.take("]");
    } else {
      yield this.value(colon, depth);
    }
  }

  private value(scalars: boolean, depth: number): TextValue {
    if (this.takes("{")) return { kind: "message", message: this.message("}", depth + 1) };
    if (this.takes("<")) return { kind: "message", message: this.message(">", depth + 1) };
    if (!scalars) this.fail(`":", "{" or "<"`);
    if (this.isQuote()) return { kind: "string", text: this.strings() };
    const sign = this.takes("-") ? "-" : "";
    this.skipSpace();
    const word = this.number() ?? this.match(WORD) ?? this.fail("a value");
    return { kind: "word", text: sign + word };
  }

  private isQuote(): boolean {
    this.skipSpace();
    return this.source[this.position] === '"' || this.source[this.position] === "'";
  }

  /** Parses adjacent strings, which form one string. */
  private strings(): string {
    const parts: string[] = [];
    do parts.push(this.string());
    while (this.isQuote());
    return parts.join("");
  }

  private string(): string {
    const start = this.position;
    const mark = this.source[this.position++];
    for (;;) {
      const character = this.source[this.position];
      if (character === undefined || character === "\n") this.fail(`a string's end ${mark}`);
      this.position += character === "\\" ? 2 : 1;
      if (character === mark) break;
    }
    const text = this.source.slice(start + 1, this.position - 1);
    if (!text.includes("\\")) return text;
    return unescapeText(text) ?? this.fail("known escapes in UTF-8", quote(text));
  }

  private take(mark: string): void {
    if (!this.takes(mark)) this.fail(`"${mark}"`);
  }

  private takes(mark: string): boolean {
    this.skipSpace();
    if (this.source[this.position] !== mark) return false;
    this.position++;
    return true;
  }

  /** A loop, since a pattern of comments and space would need stack for each of them. */
  private skipSpace(): void {
    while (this.match(SPACE) ?? this.match(COMMENT));
  }

  private number(): string | undefined {
    const { position } = this;
    const length = this.match(NUMBER_START)?.length ?? 0;
    this.position = position;
    return length > MAX_NUMBER ? undefined : this.match(NUMBER);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const token = pattern.exec(this.source)?.[0];
    this.position += token?.length ?? 0;
    return token === "" ? undefined : token;
  }

  private place(): { line: number; column: number } {
    if (this.lineEnd < 0) this.lineEnd = this.endOfLine(0);
    // A backslash may have led beyond the end.
    const position = Math.min(this.position, this.source.length);
    while (this.lineEnd < position) {
      this.line++;
      this.lineStart = this.lineEnd + 1;
      this.lineEnd = this.endOfLine(this.lineStart);
    }
    return { line: this.line, column: this.position - this.lineStart + 1 };
  }

  private endOfLine(start: number): number {
    const end = this.source.indexOf("\n", start);
    return end < 0 ? this.source.length : end;
  }

  private fail(expected: string, got?: string): never {
    const { line, column } = this.place();
    const next = this.source.slice(this.position, this.position + 12);
    throw new ModelError({
      where: `${this.where}, line ${line}, column ${column}`,
      expected,
      got: got ?? (next === "" ? "the end of the text" : quote(next)),
    });
  }
}

const ESCAPE =
  /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))|[^\\]+/g;
const NAMED = new Map(
  Object.entries({ n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v", "\\": "\\" }),
)
  .set("'", "'")
  .set('"', '"')
  .set("?", "?");

/** Octal and hexadecimal escapes are bytes of UTF-8. Undefined for an unknown escape. */
function unescapeText(text: string): string | undefined {
  // A UTF-16 unit takes at most three bytes, and an escape more than one unit.
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  const encoder = new TextEncoder();
  for (const [whole, octal, hexadecimal, short, long, named] of text.matchAll(ESCAPE)) {
    const byte = octal
      ? Number.parseInt(octal, 8)
      : hexadecimal
        ? Number.parseInt(hexadecimal, 16)
        : undefined;
    const code = short ?? long;
    const character = code ? codePoint(Number.parseInt(code, 16)) : named ? NAMED.get(named) : whole;
    if (byte === undefined ? character === undefined : byte > 0xff) return undefined;
    if (byte === undefined) length += encoder.encodeInto(character ?? "", bytes.subarray(length)).written;
    else bytes[length++] = byte;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch {
    return undefined;
  }
}

function codePoint(code: number): string | undefined {
  const surrogate = code >= 0xd800 && code < 0xe000;
  return code > 0x10ffff || surrogate ? undefined : String.fromCodePoint(code);
}

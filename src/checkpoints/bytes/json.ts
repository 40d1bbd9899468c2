import { ModelError } from "../../errors.ts";

/**
 * A JSON parser for untrusted files, stricter than JSON.parse: a repeated key is an error (JSON.parse
 * silently keeps the last), nesting and the number of values are limited, objects are Maps (so `__proto__` is
 * an ordinary key), and every error states its character position.
 */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

export interface JsonLimits {
  depth: number;
  values: number;
}

const WHITESPACE = " \t\n\r";
/** The rest of a string without backslashes and control characters. */
const PLAIN_STRING = /[ !#-[\]-\uffff]*"/y;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const MAX_NUMBER_LENGTH = 400; // a float64 written without an exponent has at most some 330 digits

/** `where` names the file, or a part of it, in errors. @throws ModelError and nothing else. */
export function parseJson(bytes: Uint8Array, where: string, limits: JsonLimits): JsonValue {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ModelError({ where, expected: "JSON text in UTF-8", got: "other bytes" }, { cause });
  }
  return new JsonParser(text, where, limits).document();
}

class JsonParser {
  private position = 0;
  private values = 0;

  constructor(
    private readonly text: string,
    private readonly where: string,
    private readonly limits: JsonLimits,
  ) {}

  document(): JsonValue {
    const value = this.value(0);
    this.skipWhitespace();
    if (this.position < this.text.length) this.fail("the end of the JSON text");
    return value;
  }

  private value(depth: number): JsonValue {
    if (depth > this.limits.depth) this.fail(`at most ${this.limits.depth} levels of nesting`, "more");
    if (++this.values > this.limits.values) this.fail(`at most ${this.limits.values} values`, "more");
    this.skipWhitespace();
    switch (this.text[this.position]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.position++;
    if (this.takes("}")) return members;
    do {
      this.skipWhitespace();
      const key = this.string();
      if (members.has(key)) this.fail("every key once", `key ${quote(key)} again`);
      this.take(":");
      members.set(key, this.value(depth + 1));
    } while (this.takes(","));
    this.take("}");
    return members;
  }

  private array(depth: number): JsonValue[] {
    const elements: JsonValue[] = [];
    this.position++;
    if (this.takes("]")) return elements;
    do elements.push(this.value(depth + 1));
    while (this.takes(","));
    this.take("]");
    return elements;
  }

  private string(): string {
    if (this.text[this.position] !== '"') this.fail("a string");
    const start = this.position++;
    // Faster than character by character, before V8 has optimized that.
    PLAIN_STRING.lastIndex = this.position;
    if (PLAIN_STRING.test(this.text)) {
      this.position = PLAIN_STRING.lastIndex;
      return this.text.slice(start + 1, this.position - 1);
    }
    // Any other has an escape, or is at fault.
    while (this.position < this.text.length) {
      const character = this.text[this.position];
      if (character === '"') return this.unescape(this.text.slice(start, ++this.position), start);
      if (character < " ") this.fail("an escaped control character");
      this.position += character === "\\" ? 2 : 1;
    }
    this.position = this.text.length;
    return this.fail("the end of a string");
  }

  private unescape(token: string, start: number): string {
    try {
      return JSON.parse(token) as string;
    } catch {
      this.position = start;
      return this.fail("a string", "one with an unknown escape");
    }
  }

  private number(): number {
    const start = this.position;
    while (this.position < this.text.length && "+-.eE0123456789".includes(this.text[this.position])) {
      this.position++;
    }
    const end = this.position;
    this.position = start;
    if (start === end) this.fail("a JSON value");
    const token = this.text.slice(start, Math.min(end, start + MAX_NUMBER_LENGTH));
    const value = Number(token);
    const fits = end - start < MAX_NUMBER_LENGTH && NUMBER.test(token) && Number.isFinite(value);
    if (!fits) this.fail("a number", quote(token));
    this.position = end;
    return value;
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.position)) this.fail("a JSON value");
    this.position += word.length;
    return value;
  }

  private take(mark: string): void {
    if (!this.takes(mark)) this.fail(`"${mark}"`);
  }

  private takes(mark: string): boolean {
    this.skipWhitespace();
    if (this.text[this.position] !== mark) return false;
    this.position++;
    return true;
  }

  private skipWhitespace(): void {
    while (this.position < this.text.length && WHITESPACE.includes(this.text[this.position])) this.position++;
  }

  private fail(expected: string, got?: string): never {
    const next = this.text.slice(this.position, this.position + 12);
    throw new ModelError({
      where: `${this.where}, character ${this.position}`,
      expected,
      got: got ?? (next === "" ? "the end of the text" : quote(next)),
    });
  }
}

export function expectObject(value: JsonValue | undefined, where: string): JsonObject {
  if (value instanceof Map) return value;
  throw mismatch(value, where, "an object");
}

export function expectArray(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw mismatch(value, where, "an array");
}

export function expectString(value: JsonValue | undefined, where: string): string {
  if (typeof value === "string") return value;
  throw mismatch(value, where, "a string");
}

export function expectNumber(value: JsonValue | undefined, where: string): number {
  if (typeof value === "number") return value;
  throw mismatch(value, where, "a number");
}

/** A size or an offset: an integer from 0 to 2^53 - 1. */
export function expectSize(value: JsonValue | undefined, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw mismatch(value, where, "a whole number from 0 to 2^53 - 1");
}

function mismatch(value: JsonValue | undefined, where: string, expected: string): ModelError {
  return new ModelError({ where, expected, got: describe(value) });
}

function describe(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value instanceof Map) return "an object";
  if (Array.isArray(value)) return "an array";
  return typeof value === "string" ? quote(value) : String(value);
}

/** Quotes a name from a file for an error message, with at most 60 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

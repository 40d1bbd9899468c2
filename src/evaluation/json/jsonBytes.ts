/**
 * Reads JSON from bytes as they arrive, straight into numbers: a file of two gigabytes needs neither a string nor
 * objects. Strict: NaN, Infinity, trailing commas and repeated keys are refused.
 */
import { type Fault, UsageError } from "../../errors.ts";

let made: Error | undefined;

/**
 * What is thrown if the bytes at hand end within a value: read it again once there are more. One object for all, but not made
 * before it is needed: an error looks for its place in the code, for which a browser may parse all of it once more.
 */
export function incomplete(): Error {
  made ??= new Error("the bytes end within a value");
  return made;
}

/** Ends the bytes: what `peek` returns after the last. */
export const END = -1;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

const MAX_DEPTH = 64;
/** Integers of this many digits are exact in a float64. */
const EXACT_DIGITS = 15;
/** Powers of ten up to this one are exact in a float64, so one division rounds correctly (Clinger 1990). */
const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** Names of members that are looked for, in UTF-8. */
export class KeyTable {
  readonly bytes: readonly Uint8Array[];

  constructor(readonly names: readonly string[]) {
    this.bytes = names.map((name) => new TextEncoder().encode(name));
  }
}

export class JsonBytes {
  bytes = new Uint8Array(0);
  position = 0;
  /** Whether no more bytes will come. */
  isLast = false;
  /** The member that is being read, for errors. */
  member = "";

  /** `where` names the place in errors: `results.json[12]`. */
  constructor(readonly where: () => string) {}

  /** @throws UsageError always. */
  fail(expected: string, got = this.describe(), hint?: string): never {
    throw new UsageError({ where: this.where(), expected, got, hint } satisfies Fault);
  }

  /** The next byte that is no white space, which stays to be read; `END` after the last. */
  peek(): number {
    const { bytes } = this;
    let p = this.position;
    while (p < bytes.length) {
      const byte = bytes[p];
      if (byte > SPACE || (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
      p++;
    }
    this.position = p;
    if (p < bytes.length) return bytes[p];
    if (!this.isLast) throw incomplete();
    return END;
  }

  /** Reads this byte. */
  expect(byte: number): void {
    if (this.peek() !== byte) this.fail(`"${String.fromCharCode(byte)}"`);
    this.position++;
  }

  /** Reads what stands before a member of a list or object: nothing before the first, a comma before others. */
  separator(isFirst: boolean): void {
    if (!isFirst) this.expect(COMMA);
  }

  /** Reads a member's name and its colon: the index of the name in the table, or -1. */
  key(table: KeyTable): number {
    if (this.peek() !== QUOTE) this.fail("the name of a member in double quotes");
    const start = this.position + 1;
    const end = this.stringEnd();
    this.position = end + 1;
    const found = this.indexIn(table, start, end);
    this.expect(COLON);
    return found;
  }

  private indexIn({ bytes: names, names: texts }: KeyTable, start: number, end: number): number {
    const { bytes } = this;
    const length = end - start;
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (name.length !== length) continue;
      let j = 0;
      while (j < length && name[j] === bytes[start + j]) j++;
      if (j === length) return i;
    }
    // An escape may spell a known name.
    return bytes.subarray(start, end).includes(BACKSLASH) ? texts.indexOf(this.decoded(start, end)) : -1;
  }

  string(): string {
    if (this.peek() !== QUOTE) this.fail("text");
    const start = this.position + 1;
    const end = this.stringEnd();
    this.position = end + 1;
    return this.decoded(start, end);
  }

  /** The closing quote's position. */
  private stringEnd(): number {
    const { bytes } = this;
    for (let p = this.position + 1; p < bytes.length; p++) {
      const byte = bytes[p];
      if (byte === QUOTE) return p;
      if (byte === BACKSLASH) p++;
      else if (byte < SPACE) this.fail("text without control characters", `the byte ${byte}`);
    }
    return this.torn();
  }

  private torn(): never {
    if (!this.isLast) throw incomplete();
    return this.fail("a whole value", "the end of the file", "The file is cut off.");
  }

  private decoded(start: number, end: number): string {
    const part = this.bytes.subarray(start, end);
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part);
    } catch {
      return this.fail("text in UTF-8", "other bytes");
    }
    if (!part.includes(BACKSLASH)) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return this.fail("text with JSON's escapes", "another escape");
    }
  }

  /** Whether the next value is a number, as far as its first byte says. */
  isNumber(): boolean {
    const first = this.peek();
    return first === MINUS || (first >= ZERO && first <= NINE);
  }

  /** A finite number, rounded as `Number` does. */
  number(): number {
    if (!this.isNumber()) return this.noNumber();
    const first = this.bytes[this.position];
    const { bytes } = this;
    const { length } = bytes;
    const start = this.position;
    let p = first === MINUS ? start + 1 : start;
    let mantissa = 0;
    const wholeStart = p;
    for (; p < length && bytes[p] >= ZERO && bytes[p] <= NINE; p++)
      mantissa = mantissa * 10 + bytes[p] - ZERO;
    const whole = p - wholeStart;
    if (whole === 0 && p < length) return this.noNumber();
    if (whole > 1 && bytes[wholeStart] === ZERO) return this.fail("a number", "one with a leading zero");
    let fraction = 0;
    if (p < length && bytes[p] === DOT) {
      const fractionStart = ++p;
      for (; p < length && bytes[p] >= ZERO && bytes[p] <= NINE; p++)
        mantissa = mantissa * 10 + bytes[p] - ZERO;
      fraction = p - fractionStart;
      if (fraction === 0 && p < length) return this.fail("digits after the decimal point");
    }
    let isPlain = whole + fraction <= EXACT_DIGITS;
    if (p < length && (bytes[p] | 0x20) === 0x65) {
      isPlain = false;
      p++;
      if (p < length && (bytes[p] === PLUS || bytes[p] === MINUS)) p++;
      const exponentStart = p;
      while (p < length && bytes[p] >= ZERO && bytes[p] <= NINE) p++;
      if (p === exponentStart && p < length) return this.fail("digits in the exponent");
    }
    // More digits may follow, or a digit that is due.
    if (p === length && (!this.isLast || !(bytes[p - 1] >= ZERO && bytes[p - 1] <= NINE))) return this.torn();
    this.position = p;
    if (isPlain) {
      const value = fraction === 0 ? mantissa : mantissa / EXACT_POWERS[fraction];
      return first === MINUS ? -value : value;
    }
    const value = Number(String.fromCharCode(...bytes.subarray(start, Math.min(p, start + MAX_NUMBER))));
    if (p - start > MAX_NUMBER || !Number.isFinite(value))
      this.fail("a number within float64", "a larger one");
    return value;
  }

  private noNumber(): never {
    const got = this.describe();
    const hint = /^-?(NaN|Infinity|-$)/.test(got) ? "JSON has no such number." : undefined;
    return this.fail("a number", got, hint);
  }

  /** Reads a list of numbers into `into`, which grows as needed: how many there are. */
  numbers(into: number[]): number {
    if (this.peek() !== OPEN_BRACKET) this.fail("a list of numbers");
    this.position++;
    let count = 0;
    while (this.peek() !== CLOSE_BRACKET) {
      this.separator(count === 0);
      into[count++] = this.number();
    }
    this.position++;
    return count;
  }

  /** Reads `true`, `false` or `null`. */
  word(): boolean | null {
    for (const [text, value] of WORDS) {
      if (this.startsWith(text)) {
        this.position += text.length;
        return value;
      }
    }
    return this.fail("a value");
  }

  private startsWith(text: string): boolean {
    const { bytes, position } = this;
    for (let i = 0; i < text.length; i++) {
      if (position + i >= bytes.length) return this.torn();
      if (bytes[position + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Reads any value and forgets it. */
  skip(depth = 0): void {
    if (depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels of nesting`, "more");
    const first = this.peek();
    if (first === QUOTE) {
      this.position = this.stringEnd() + 1;
    } else if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      const close = first + 2;
      this.position++;
      for (let isFirst = true; this.peek() !== close; isFirst = false) {
        this.separator(isFirst);
        if (first === OPEN_BRACE) this.key(NO_KEYS);
        this.skip(depth + 1);
      }
      this.position++;
    } else if (this.isNumber()) {
      this.number();
    } else {
      this.word();
    }
  }

  /** The next value's kind, in words for errors. */
  describe(): string {
    const first = this.peek();
    if (first === END) return "the end of the file";
    if (first === QUOTE) return `text ${JSON.stringify(this.excerpt().slice(1).split('"')[0])}`;
    if (first === OPEN_BRACE) return "an object";
    if (first === OPEN_BRACKET) return "a list";
    const text = this.excerpt();
    return /^[^\s,\]}:]+/.exec(text)?.[0] ?? `"${text[0]}"`;
  }

  private excerpt(): string {
    const part = this.bytes.subarray(this.position, this.position + MAX_EXCERPT);
    return new TextDecoder().decode(part);
  }
}

/** No float64 needs so many characters. */
const MAX_NUMBER = 1100;
const MAX_EXCERPT = 40;
const WORDS: readonly (readonly [string, boolean | null])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];
const NO_KEYS = new KeyTable([]);

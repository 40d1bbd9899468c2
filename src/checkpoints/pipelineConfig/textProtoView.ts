import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import type { TextField, TextMessage, TextValue } from "./textProto.ts";

/**
 * A typed view of a text-format message: each field is read by name, type and default, and unread fields can
 * be listed afterwards. Errors state the field's position.
 */
export class TextProtoView {
  private readonly known = new Set<string>();
  private readonly parts: [name: string, view: TextProtoView][] = [];

  constructor(
    private readonly message: TextMessage,
    private readonly where: string,
  ) {}

  has(name: string): boolean {
    return this.message.fields.some((field) => field.name === name);
  }

  number(name: string, fallback: number): number {
    return this.last(name, fallback, (field) => this.toNumber(field));
  }

  numbers(name: string): number[] {
    return this.all(name).map((field) => this.toNumber(field));
  }

  /** An integer of at least `least`. */
  size(name: string, fallback: number, least = 0): number {
    return this.last(name, fallback, (field) => this.toSize(field, least));
  }

  sizes(name: string, least = 0): number[] {
    return this.all(name).map((field) => this.toSize(field, least));
  }

  boolean(name: string, fallback: boolean): boolean {
    return this.last(name, fallback, (field) => {
      const value = BOOLEANS.get(field.value.kind === "word" ? field.value.text : "");
      return value ?? this.fail(field, "true or false");
    });
  }

  string(name: string, fallback: string): string {
    return this.last(name, fallback, (field) =>
      field.value.kind === "string" ? field.value.text : this.fail(field, "a string in quotes"),
    );
  }

  /** An enum's name; one of `names`. */
  word<Name extends string>(name: string, names: readonly Name[], fallback: Name): Name {
    return this.last(name, fallback, (field) => this.toWord(field, names));
  }

  /** The same for an enum whose numbers count `names` from 0; the format allows a name or its number. */
  numberedWord<Name extends string>(name: string, names: readonly Name[], fallback: Name): Name {
    return this.last(name, fallback, (field) => {
      const { value } = field;
      const number = value.kind === "word" && /^\d+$/.test(value.text) ? Number(value.text) : Number.NaN;
      return names[number] ?? this.toWord(field, names);
    });
  }

  /** A missing message reads as an empty one. Repeated messages are merged, as the format demands. */
  one(name: string): TextProtoView {
    const fields = this.all(name).flatMap((field) => this.toMessage(field).fields);
    return this.part(name, { fields });
  }

  many(name: string): TextProtoView[] {
    return this.all(name).map((field) => this.part(name, this.toMessage(field)));
  }

  /** Marks fields of the schema that are not needed. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.known.add(name);
  }

  /** Fields outside the schema, here and below: `model.center_net.color (line 3)`. */
  unknown(path = ""): string[] {
    const own = this.message.fields
      .filter(({ name }) => !this.known.has(name))
      .map(({ name, line }) => `${path}${name} (line ${line})`);
    return [...own, ...this.parts.flatMap(([name, part]) => part.unknown(`${path}${name}.`))];
  }

  /** The error for a value that violates a rule known only to its reader. */
  error(name: string, expected: string, got: string): ModelError {
    const field = this.message.fields.find((other) => other.name === name);
    return new ModelError({ where: field ? this.placeOf(field) : `${this.where} ${name}`, expected, got });
  }

  private part(name: string, message: TextMessage): TextProtoView {
    const view = new TextProtoView(message, this.where);
    this.parts.push([name, view]);
    return view;
  }

  private all(name: string): TextField[] {
    this.known.add(name);
    return this.message.fields.filter((field) => field.name === name);
  }

  /** The last value of a repeated field counts, as the format demands. */
  private last<T>(name: string, fallback: T, convert: (field: TextField) => T): T {
    const field = this.all(name).at(-1);
    return field ? convert(field) : fallback;
  }

  private toWord<Name extends string>(field: TextField, names: readonly Name[]): Name {
    const { value } = field;
    const found = names.find((name) => value.kind === "word" && value.text === name);
    return found ?? this.fail(field, `one of ${names.join(", ")}`);
  }

  private toMessage(field: TextField): TextMessage {
    return field.value.kind === "message" ? field.value.message : this.fail(field, "a message in brackets");
  }

  private toNumber(field: TextField): number {
    const text = field.value.kind === "word" ? field.value.text : "";
    const value = Number(
      /^-?[\d.]/.test(text) ? text.replace(/[fF]$/, hexadecimal(text) ? "$&" : "") : Number.NaN,
    );
    // Parameters are float32 in the original.
    return Number.isFinite(value) ? value : this.fail(field, "a number");
  }

  private toSize(field: TextField, least: number): number {
    const value = this.toNumber(field);
    return Number.isInteger(value) && value >= least && value <= 0x7fffffff
      ? value
      : this.fail(field, `a whole number from ${least} to 2^31 - 1`);
  }

  private placeOf({ name, line, column }: TextField): string {
    return `${this.where}, line ${line}, column ${column}, ${name}`;
  }

  private fail(field: TextField, expected: string): never {
    throw new ModelError({ where: this.placeOf(field), expected, got: describe(field.value) });
  }
}

const BOOLEANS = new Map([
  ["true", true],
  ["True", true],
  ["t", true],
  ["1", true],
  ["false", false],
  ["False", false],
  ["f", false],
  ["0", false],
]);

function hexadecimal(text: string): boolean {
  return /^0[xX]/.test(text);
}

function describe(value: TextValue): string {
  if (value.kind === "message") return "a message";
  return value.kind === "string" ? quote(value.text) : value.text;
}

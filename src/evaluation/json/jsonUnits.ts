/**
 * Walks through a JSON file of any length unit by unit: the entries of the lists in its outermost object, the entries
 * of its outermost list, or its lines. Only the unit at hand is in memory.
 */
import { fileKind, START_BYTES } from "../../support/fileKind/fileKind.ts";
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  END,
  incomplete,
  JsonBytes,
  type KeyTable,
  OPEN_BRACE,
  OPEN_BRACKET,
} from "./jsonBytes.ts";

/** Where a unit stands. */
export interface UnitPlace {
  /** The list's name in the outermost object; empty for the outermost list and for lines. */
  readonly list: string;
  /** From 0. */
  readonly index: number;
}

export interface UnitReader {
  /** Lists of the outermost object whose entries are units; its other members are skipped. */
  readonly lists: KeyTable;
  /** Reads one value. Nothing that it keeps may stay if it throws `incomplete()`: it is then called again. */
  unit(json: JsonBytes, place: UnitPlace): void;
  /** A list of this name begins, even if it is empty. */
  begin?(list: string): void;
}

/** `object`: `{ "images": [...], ... }`. `entries`: `[...]`, or values one after the other, one a line. */
export type UnitForm = "object" | "entries";

type State = "start" | "object" | "list" | "lines" | "done";

/** An entry beyond this is no entry. */
const MAX_UNIT = 2 ** 28;
const ANGLE = 0x3c;
const BOM = [0xef, 0xbb, 0xbf];

export class JsonUnits {
  private state: State = "start";
  private list = "";
  private index = 0;
  private isFirstMember = true;
  private readonly json: JsonBytes;
  /** With fewer bytes than this the unit at hand cannot be whole, or is not worth another try. */
  private enough = 0;

  /** `name` names the file in errors. */
  constructor(
    private readonly name: string,
    private readonly form: UnitForm,
    private readonly reader: UnitReader,
  ) {
    this.json = new JsonBytes(() => this.where());
  }

  private where(): string {
    const member = this.json.member === "" ? "" : ` ${this.json.member}`;
    if (this.state === "list") return `${this.name}: ${this.list}[${this.index}]${member}`;
    return this.state === "lines" ? `${this.name}: line ${this.index + 1}${member}` : this.name;
  }

  /** @throws UsageError for what is not JSON or not of this form. */
  push(chunk: Uint8Array): void {
    const { json } = this;
    const rest = json.bytes.length - json.position;
    if (rest === 0) json.bytes = chunk as Uint8Array<ArrayBuffer>;
    else {
      const joined = new Uint8Array(rest + chunk.length);
      joined.set(json.bytes.subarray(json.position));
      joined.set(chunk, rest);
      json.bytes = joined;
    }
    json.position = 0;
    if (json.bytes.length > this.enough) this.work();
  }

  /** The file has ended. @throws UsageError if it is cut off. */
  finish(): void {
    this.json.isLast = true;
    this.work();
    if (this.state === "start") this.json.fail("JSON", "an empty file");
    if (this.state === "object" || this.state === "list") {
      this.json.fail("a whole file", "one that is cut off");
    }
  }

  private work(): void {
    const { json } = this;
    let start = json.position;
    try {
      while (this.step()) start = json.position;
    } catch (error) {
      if (error !== incomplete()) throw error;
      json.position = start;
    }
    const rest = json.bytes.length - json.position;
    if (rest > MAX_UNIT) json.fail("entries of at most 256 MB", "a longer one");
    // A long unit is tried again at twice its length, not with every chunk.
    this.enough = json.position === 0 ? 2 * rest : 0;
  }

  /** One step through the outermost structure. Nothing changes if it throws. */
  private step(): boolean {
    const { json, reader } = this;
    switch (this.state) {
      case "start":
        return this.start();
      case "object": {
        if (json.peek() === CLOSE_BRACE) {
          json.position++;
          this.state = "done";
          return true;
        }
        json.separator(this.isFirstMember);
        const key = json.key(reader.lists);
        if (key < 0) json.skip();
        else if (json.peek() !== OPEN_BRACKET) json.fail(`a list ${reader.lists.names[key]}`);
        else {
          json.position++;
          this.enter(reader.lists.names[key]);
        }
        this.isFirstMember = false;
        return true;
      }
      case "list":
        if (json.peek() === CLOSE_BRACKET) {
          json.position++;
          this.state = this.form === "object" ? "object" : "done";
          return true;
        }
        json.separator(this.index === 0);
        reader.unit(json, { list: this.list, index: this.index });
        this.index++;
        return true;
      case "lines":
        if (json.peek() === END) return false;
        reader.unit(json, { list: this.list, index: this.index });
        this.index++;
        return true;
      case "done":
        if (json.peek() !== END) json.fail("nothing after the JSON");
        return false;
    }
  }

  private enter(list: string): void {
    this.state = "list";
    this.list = list;
    this.index = 0;
    this.reader.begin?.(list);
  }

  private start(): boolean {
    const { json } = this;
    if (json.bytes.length < BOM.length && !json.isLast) throw incomplete();
    const from = json.position;
    if (BOM.every((byte, i) => json.bytes[i] === byte)) json.position = BOM.length;
    const first = json.peek();
    if (first === END) return false;
    const isFit =
      this.form === "object" ? first === OPEN_BRACE : first === OPEN_BRACE || first === OPEN_BRACKET;
    if (!isFit) {
      json.position = from;
      if (json.bytes.length < START_BYTES && !json.isLast) throw incomplete();
      this.refuseForm(first);
    }
    if (first === OPEN_BRACE && this.form === "entries") this.state = "lines";
    else {
      json.position++;
      if (first === OPEN_BRACE) this.state = "object";
      else this.enter("");
    }
    return true;
  }

  private refuseForm(first: number): never {
    const { json, form } = this;
    const expected =
      form === "object" ? "a COCO annotations file, an object" : "COCO results, a list or lines of objects";
    if (first === OPEN_BRACKET) json.fail(expected, "a list, as results files have");
    const { family, what, hint } = fileKind(json.bytes);
    const convert = (format: string) => `Annotations in ${format} are not read: convert them to COCO's JSON.`;
    if (first === ANGLE) json.fail(expected, "XML", convert("VOC's XML"));
    if (/^[\d.+\- \r\n\t]+$/.test(new TextDecoder().decode(json.bytes.subarray(0, 60)))) {
      json.fail(expected, "lines of numbers", convert("YOLO's text"));
    }
    if (family === "archive") json.fail(expected, what, hint);
    return json.fail(expected, family === "text" ? json.describe() : what);
  }
}

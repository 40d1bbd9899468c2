/**
 * A shard's file: a header line that says of which run it is a part, a line for each image, and an end line by which a
 * whole file is told from a torn one. Nothing in it depends on when or where a shard ran, so that a shard that runs again
 * has the same bytes.
 *
 *     {"centernetShard":1,"version":"0.1.0","list":{"images":24,"sha256":"…"},"shard":3,"of":64,"model":{…},
 *      "weights":"…","options":{…},"ran":{…}}
 *     {"position":2,"record":{"image":"photos/c.jpg","width":640,…}}
 *     {"complete":true,"images":1,"failed":0,"sha256":"…"}
 *
 * `position` is the image's place in the list, from 0; `name` stands beside it if the image is called differently in other
 * outputs. The last digest is that of all bytes before its line.
 */
import type { DetectionRecord } from "../../detectionRecord.ts";
import { UsageError } from "../../errors.ts";
import { jsonLine } from "../../formats/jsonFrame.ts";
import { isObject } from "../../support/checkArguments.ts";
import type { ListedImage } from "../lists/imageList.ts";
import type { ResultModel } from "../save/cocoFiles.ts";
import type { Shard } from "./shard.ts";

const FORMAT = 1;
/** How a header starts. */
export const SHARD_START = '{"centernetShard":';

/** What all shards of a run have in common. Keys are compared one by one, in this order. */
export interface ShardRun {
  readonly version: string;
  readonly list: { readonly images: number; readonly sha256: string };
  readonly of: number;
  readonly model: ResultModel;
  /** SHA-256 of the weights' files. */
  readonly weights: string;
  /** The options that decide what is found. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What computed it, as far as bits depend on it. */
  readonly ran: Readonly<Record<string, unknown>>;
}

/** What `ShardRun` is called where two differ. */
const RUN_PARTS = {
  version: "version of this program",
  list: "list of images",
  of: "number of shards",
  model: "model",
  weights: "weights",
  options: "options",
  ran: "backend",
} as const satisfies Record<keyof ShardRun, string>;

export interface ShardHeader {
  readonly run: ShardRun;
  readonly shard: Shard;
}

/** The line of an image. */
export interface ShardLine {
  readonly position: number;
  readonly image: string;
  /** What outputs call it. */
  readonly name: string;
  readonly hasFailed: boolean;
  readonly record: DetectionRecord;
  /** The record as it stands in the file. */
  readonly text: string;
}

export interface ShardEnd {
  readonly images: number;
  readonly failed: number;
  readonly sha256: string;
}

export function headerLine({ run, shard }: ShardHeader): string {
  const { version, list, of, model, weights, options, ran } = run;
  const head = { centernetShard: FORMAT, version, list, shard: shard.index + 1, of };
  return jsonLine({ ...head, model, weights, options, ran });
}

/** The record without times and without what only this machine has. */
export function imageLine({ position, path, relativePath }: ListedImage, record: DetectionRecord): string {
  const { times: _, backendDetails: __, profile: ___, ...kept } = record;
  const name = relativePath === path ? "" : `,"name":${jsonLine(relativePath)}`;
  return `{"position":${position}${name},"record":${jsonLine(kept)}}`;
}

export function endLine({ images, failed, sha256 }: ShardEnd): string {
  return jsonLine({ complete: true, images, failed, sha256 });
}

/** @throws UsageError for what is no header; `where` is the file. */
export function parseHeader(line: string, where: string): ShardHeader {
  const found = parsed(line);
  if (!isObject(found) || !("centernetShard" in found))
    throw refused(where, "a shard's header", "another", 1);
  const { centernetShard, version, list, shard, of, model, weights, options, ran } = found;
  if (centernetShard !== FORMAT) {
    const expected = `a shard's file of format ${FORMAT}`;
    throw refused(where, expected, `format ${jsonLine(centernetShard ?? null)}`, 1);
  }
  const isFine =
    typeof version === "string" &&
    isObject(list) &&
    isCount(list.images) &&
    typeof list.sha256 === "string" &&
    isCount(of) &&
    isCount(shard) &&
    shard >= 1 &&
    shard <= of &&
    isModel(model) &&
    typeof weights === "string" &&
    isObject(options) &&
    isObject(ran);
  if (!isFine) throw refused(where, "a whole header of a shard", "an incomplete one", 1);
  const run = {
    version,
    list: { images: list.images, sha256: list.sha256 },
    of,
    model,
    weights,
    options,
    ran,
  };
  const header = { run: run as ShardRun, shard: { index: shard - 1, count: of } };
  if (headerLine(header) !== line) throw refused(where, "the header as it is written", "another form", 1);
  return header;
}

/** @throws UsageError for what is no line of an image; `number` is that of the line, from 1. */
export function parseImageLine(line: string, where: string, number: number): ShardLine {
  const [start, digits] = /^\{"position":(\d{1,15})/.exec(line) ?? [];
  const nameEnd = start === undefined ? -1 : endOfName(line, start.length);
  const text = line.slice(nameEnd + RECORD.length, -1);
  const record = nameEnd >= 0 && line.startsWith(RECORD, nameEnd) && line.endsWith("}") && parsed(text);
  const name = start === undefined ? "" : parsed(line.slice(start.length + NAME.length, nameEnd));
  const image = isObject(record) ? record.image : undefined;
  if (!isObject(record) || typeof image !== "string" || (nameEnd > (start?.length ?? 0) && !isString(name))) {
    throw refused(where, "the line of an image", "another", number);
  }
  const hasFailed = record.error !== undefined;
  if (!hasFailed && !Array.isArray(record.detections)) {
    throw refused(where, "detections or an error", "neither", number);
  }
  const isNamed = nameEnd > (start?.length ?? 0);
  return {
    position: Number(digits),
    image,
    name: isNamed ? String(name) : image,
    hasFailed,
    record: record as unknown as DetectionRecord,
    text,
  };
}

const NAME = ',"name":';
const RECORD = ',"record":';

/** Where the record starts: after the name, if there is one. -1 if the name has no end. */
function endOfName(line: string, start: number): number {
  if (!line.startsWith(NAME, start)) return start;
  for (let at = start + NAME.length + 1; at < line.length; at++) {
    if (line[at] === "\\") at++;
    else if (line[at] === '"') return at + 1;
  }
  return -1;
}

/** The end that a line is; undefined if it is none. */
export function parseEnd(line: string): ShardEnd | undefined {
  if (!line.startsWith('{"complete":')) return undefined;
  const end = parsed(line);
  if (!isObject(end) || !isCount(end.images) || !isCount(end.failed) || !isString(end.sha256))
    return undefined;
  const { images, failed, sha256 } = end;
  return endLine({ images, failed, sha256 }) === line ? { images, failed, sha256 } : undefined;
}

/** The part in which two runs differ first, and how; undefined if they are the same. */
export function differenceOf(
  one: Partial<ShardRun>,
  other: Partial<ShardRun>,
): { readonly part: string; readonly one: string; readonly other: string } | undefined {
  for (const key of Object.keys(RUN_PARTS) as (keyof ShardRun)[]) {
    if (one[key] === undefined || other[key] === undefined) continue;
    const [first, second] = [jsonLine(one[key]), jsonLine(other[key])];
    if (first !== second) return { part: RUN_PARTS[key], one: shortened(first), other: shortened(second) };
  }
  return undefined;
}

const MAX_SHOWN = 160;

function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

function isModel(value: unknown): value is ResultModel {
  if (!isObject(value)) return false;
  const { name, outputs, keypointNames, classes } = value;
  const areTexts = (list: unknown) => Array.isArray(list) && list.every(isString);
  const areClasses = (list: unknown) =>
    Array.isArray(list) &&
    list.every((entry) => isObject(entry) && Number.isInteger(entry.classId) && isString(entry.label));
  return (
    isString(name) &&
    isString(outputs) &&
    (keypointNames === undefined || areTexts(keypointNames)) &&
    areClasses(classes)
  );
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(where: string, expected: string, got: string, line: number): UsageError {
  return new UsageError({ where, expected, got: `${got} in line ${line}` });
}

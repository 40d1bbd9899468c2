/**
 * Copies a golden case with equal tensors stored once, so that it is small enough to commit:
 *
 *     node scripts/shareGolden.mjs <case folder> <output folder>
 *
 * Taps that had tensors of their own then name the same one; nothing else changes.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [source, target] = process.argv.slice(2);
const description = JSON.parse(readFileSync(join(source, "case.json"), "utf8"));
const bytes = readFileSync(join(source, description.tensors));
const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
const header = JSON.parse(bytes.toString("utf8", 8, headerEnd));

/** Dtype, shape and bytes of a tensor → the first key that has them. */
const firstKeys = new Map();
const keyOf = {};
const kept = {};
const parts = [];
let offset = 0;
for (const [key, { dtype, shape, data_offsets: range }] of Object.entries(header)) {
  if (key === "__metadata__") continue;
  const data = bytes.subarray(headerEnd + range[0], headerEnd + range[1]);
  const content = `${dtype} ${shape} ${data.toString("latin1")}`;
  const first = firstKeys.get(content) ?? key;
  keyOf[key] = first;
  if (first !== key) continue;
  firstKeys.set(content, key);
  kept[key] = { dtype, shape, data_offsets: [offset, offset + data.length] };
  parts.push(data);
  offset += data.length;
}
for (const tap of description.taps) tap.tensor = keyOf[tap.tensor];

const json = JSON.stringify(kept);
const padded = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(padded.length));
mkdirSync(target, { recursive: true });
writeFileSync(join(target, description.tensors), Buffer.concat([length, padded, ...parts]));
writeFileSync(join(target, "case.json"), `${JSON.stringify(description, null, 1)}\n`);

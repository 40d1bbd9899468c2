/**
 * Copies a golden case with its large backbone and neck taps reduced to samples, so that it is small enough
 * to commit:
 *
 *     node scripts/sampleGolden.mjs <case folder> <output folder>
 *
 * A whole tap (role `tap`) that its samples make smaller becomes `sampled: { index, value }`; inputs, heads,
 * decodes and outputs stay whole, for the tests compute with them. `stats` stay those of the whole tensor.
 * Other files of the case are copied as they are.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SAMPLES = 4096;

/** 32-bit FNV-1a of the name's UTF-8 bytes. */
function fnv1a32(name) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The i-th number of the name's sequence: 32 well mixed bits. */
function mix(name, i) {
  let x = (fnv1a32(name) + Math.imul(i, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Flat row-major positions of the samples of a tensor with `elements` elements; some may repeat. */
function samplePositions(name, elements) {
  return Int32Array.from({ length: SAMPLES }, (_, j) => mix(name, j) % elements);
}

function readSafetensors(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  const data = bytes.subarray(8 + length);
  return Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        return { name, dtype, shape, bytes: data.subarray(begin, end) };
      },
    );
}

function writeSafetensors(tensors) {
  let offset = 0;
  const header = {};
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...tensors.map(({ bytes }) => bytes)]);
}

function bytesOf(array) {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** A whole float32 tensor as its two sample tensors. */
function sample({ name, shape, bytes }) {
  const elements = shape.reduce((product, side) => product * side, 1);
  const index = samplePositions(name, elements);
  const value = Float32Array.from(index, (i) => bytes.readFloatLE(i * 4));
  return [
    { name: `${name}.index`, dtype: "I32", shape: [SAMPLES], bytes: bytesOf(index) },
    { name: `${name}.value`, dtype: "F32", shape: [SAMPLES], bytes: bytesOf(value) },
  ];
}

function reduceCase(from, to) {
  const description = JSON.parse(readFileSync(join(from, "case.json"), "utf8"));
  const tensors = readSafetensors(readFileSync(join(from, description.tensors)));
  const reduced = new Set();
  for (const tap of description.taps) {
    const whole = tensors.find(({ name }) => name === tap.tensor);
    const isLarge = whole && whole.dtype === "F32" && whole.bytes.length > SAMPLES * 8;
    if (tap.role !== "tap" || !isLarge) continue;
    reduced.add(whole.name);
    tap.sampled = { index: `${whole.name}.index`, value: `${whole.name}.value` };
    delete tap.tensor;
  }
  const kept = tensors.flatMap((tensor) => (reduced.has(tensor.name) ? sample(tensor) : [tensor]));
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    if (file === "case.json" || file === description.tensors) continue;
    writeFileSync(join(to, file), readFileSync(join(from, file)));
  }
  writeFileSync(join(to, description.tensors), writeSafetensors(kept));
  writeFileSync(join(to, "case.json"), `${JSON.stringify(description, null, 1)}\n`);
}

const [from, to] = process.argv.slice(2);
if (!from || !to) {
  process.stderr.write("usage: node scripts/sampleGolden.mjs <case folder> <output folder>\n");
  process.exitCode = 1;
} else {
  reduceCase(from, to);
}

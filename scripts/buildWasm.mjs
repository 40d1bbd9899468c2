// Compiles assembly/ to WebAssembly. Each build is written as base64 in a TypeScript module, so that Node, bundlers and
// tests can import it without a file, and as files that a browser compiles while they arrive and keeps compiled. Skipped
// if no source has changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { build } from "esbuild";

const SOURCES = "assembly";
const GENERATED = "assembly/generated";
const RESULT = "src/executors/wasm/generated";
const HALVES_RESULT = "src/checkpoints/bytes/generated";
const RESULT_FILE = join(RESULT, "wasmFiles.ts");

export async function buildWasm() {
  const { generatedSources } = await bundled("scripts/wasm/generate.ts");
  const { withSharedMemory } = await bundled("src/executors/wasm/sharedMemory.ts");
  const fingerprint = hash([
    ...handWritten().map((file) => readFileSync(file, "utf8")),
    JSON.stringify([generatedSources(false), generatedSources(true)]),
    readFileSync("scripts/buildWasm.mjs", "utf8"),
    readFileSync("node_modules/assemblyscript/package.json", "utf8"),
  ]);
  if (existsSync(RESULT_FILE) && readFileSync(RESULT_FILE, "utf8").includes(fingerprint)) return;

  const relaxed = await compile(generatedSources(true), ["--enable", "simd", "--enable", "relaxed-simd"]);
  const plain = await compile(generatedSources(false), ["--enable", "simd"]);
  mkdirSync(HALVES_RESULT, { recursive: true });
  writeFileSync(join(HALVES_RESULT, "halves.ts"), textOf(await compileHalves()));
  mkdirSync(RESULT, { recursive: true });
  for (const name of wasmFiles(RESULT)) rmSync(join(RESULT, name));
  const entries = Object.entries({ relaxed, plain }).map(([name, bytes]) => {
    writeFileSync(join(RESULT, `${name}.ts`), textOf(bytes));
    const [alone, shared] = [writeFile(name, bytes), writeFile(`${name}-shared`, withSharedMemory(bytes))];
    return `  ${name}: { alone: () => ${urlOf(alone)}, shared: () => ${urlOf(shared)} },\n`;
  });
  writeFileSync(
    RESULT_FILE,
    [
      `// Written by scripts/buildWasm.mjs from ${SOURCES}/; sources ${fingerprint}.`,
      "/** Bundlers copy a file only if its address stands here as a literal in this very form. */",
      `export const WASM_FILES = {\n${entries.join("")}};`,
      "",
    ].join("\n"),
  );
}

function textOf(bytes) {
  return `export const BYTES =\n  "${Buffer.from(bytes).toString("base64")}";\n`;
}

/** The names of the compiled files in a folder. */
export function wasmFiles(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".wasm"));
}

/** The name has a hash of the contents: a browser must not run a module that it kept with newer code. */
function writeFile(name, bytes) {
  const file = `${name}-${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}.wasm`;
  writeFileSync(join(RESULT, file), bytes);
  return file;
}

function urlOf(file) {
  return `new URL("./${file}", import.meta.url)`;
}

/** Older versions of Node cannot import TypeScript directly. */
async function bundled(file) {
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, format: "esm", write: false });
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
  return import(url);
}

function handWritten() {
  return readdirSync(SOURCES)
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => join(SOURCES, name));
}

async function compile(generated, features) {
  mkdirSync(GENERATED, { recursive: true });
  for (const [name, text] of Object.entries(generated)) writeFileSync(join(GENERATED, name), text);
  // The executor creates the memory at the size that its plan needs; 65,536 pages are 4 GiB.
  return compileSource("index.ts", ["--importMemory", "--maximumMemory", "65536", ...features]);
}

/** With memory of its own, up to the end of its numbers. */
function compileHalves() {
  return compileSource("halves.ts", ["--initialMemory", "7", "--enable", "simd"]);
}

async function compileSource(source, options) {
  let bytes;
  const { error, stderr } = await asc.main(
    [
      join(SOURCES, source),
      ...["--outFile", "kernels.wasm", "-O3", "--noAssert", "--runtime", "stub", ...options],
      // Addresses have 32 bits, and wrapping arithmetic on them is intended.
      ...["--disableWarning", "201"],
    ],
    { writeFile: (_, contents) => (bytes = contents) },
  );
  if (error || !bytes) throw new Error(`AssemblyScript: ${stderr.toString()}`, { cause: error });
  return bytes;
}

function hash(texts) {
  const digest = createHash("sha256");
  for (const text of texts) digest.update(text).update("\0");
  return digest.digest("hex");
}

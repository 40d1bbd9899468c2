// Compiles assembly/ to WebAssembly and writes it as base64 in a TypeScript module, so that Node, browsers, bundlers and
// tests can all import it without fetching a file. Skipped if no source has changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import { build } from "esbuild";

const SOURCES = "assembly";
const GENERATED = "assembly/generated";
const RESULT = "src/executors/wasm/generated";
const RESULT_FILE = join(RESULT, "wasmBinary.ts");

export async function buildWasm() {
  const generatedSources = await generator();
  const fingerprint = hash([
    ...handWritten().map((file) => readFileSync(file, "utf8")),
    JSON.stringify([generatedSources(false), generatedSources(true)]),
    readFileSync("scripts/buildWasm.mjs", "utf8"),
    readFileSync("node_modules/assemblyscript/package.json", "utf8"),
  ]);
  if (existsSync(RESULT_FILE) && readFileSync(RESULT_FILE, "utf8").includes(fingerprint)) return;

  const relaxed = await compile(generatedSources(true), ["--enable", "simd", "--enable", "relaxed-simd"]);
  const plain = await compile(generatedSources(false), ["--enable", "simd"]);
  mkdirSync(RESULT, { recursive: true });
  writeFileSync(
    RESULT_FILE,
    [
      `// Written by scripts/buildWasm.mjs from ${SOURCES}/; sources ${fingerprint}.`,
      `export const PLAIN_SIMD = "${Buffer.from(plain).toString("base64")}";`,
      "/** With fused multiply-adds. */",
      `export const RELAXED_SIMD = "${Buffer.from(relaxed).toString("base64")}";`,
      "",
    ].join("\n"),
  );
}

/** The generator is TypeScript, which older versions of Node cannot import directly. */
async function generator() {
  const { outputFiles } = await build({
    entryPoints: ["scripts/wasm/generate.ts"],
    bundle: true,
    format: "esm",
    write: false,
  });
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`;
  return (await import(url)).generatedSources;
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
  let bytes;
  const { error, stderr } = await asc.main(
    [
      join(SOURCES, "index.ts"),
      ...["--outFile", "kernels.wasm", "-O3", "--noAssert", "--runtime", "stub"],
      // The executor creates the memory at the size that its plan needs; 65,536 pages are 4 GiB.
      ...["--importMemory", "--maximumMemory", "65536", ...features],
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

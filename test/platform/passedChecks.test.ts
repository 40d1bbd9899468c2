import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hasPassed, keepPassed } from "../../src/platform/passedChecks.ts";

const NAME = "wasm-plain-2-default-default";
let folder: string;
let cache: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checks-"));
  cache = join(folder, "cache");
  vi.stubEnv("CENTERNET_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

/** A file as the build writes it. */
async function program(file = "library-aB3_x-9z.js", text = "1"): Promise<string> {
  await writeFile(join(folder, file), text);
  return pathToFileURL(join(folder, file)).href;
}

const kept = () => join(cache, "checks", `${NAME}.txt`);

describe("a check that was passed", () => {
  test("is known from then on, and no unfinished file is left", async () => {
    const check = { name: NAME, program: await program() };
    expect(await hasPassed(check)).toBe(false);
    await keepPassed(check);
    expect(await hasPassed(check)).toBe(true);
    expect(await readdir(join(cache, "checks"))).toEqual([`${NAME}.txt`]);
  });

  test("is not read from a pipe, a folder or a file of another size", async () => {
    const check = { name: NAME, program: await program() };
    await keepPassed(check);
    const text = await readFile(kept());
    await rm(kept());
    execFileSync("mkfifo", [kept()]);
    expect(await hasPassed(check)).toBe(false);
    await rm(kept());
    await mkdir(kept());
    expect(await hasPassed(check)).toBe(false);
    await rm(kept(), { recursive: true });
    await writeFile(kept(), Buffer.concat([text, text]));
    expect(await hasPassed(check)).toBe(false);
    await writeFile(kept(), text);
    expect(await hasPassed(check)).toBe(true);
  });

  test("does not count for another check, nor for another program", async () => {
    const check = { name: NAME, program: await program() };
    await keepPassed(check);
    expect(await hasPassed({ ...check, name: "wasm-relaxed-2-default-default" })).toBe(false);
    expect(await hasPassed({ ...check, program: await program("library-22222222.js") })).toBe(false);
  });

  test("does not count once the program has changed, and is kept anew after it was passed again", async () => {
    const check = { name: NAME, program: await program() };
    await keepPassed(check);
    await program("library-aB3_x-9z.js", "another text");
    expect(await hasPassed(check)).toBe(false);
    await keepPassed(check);
    expect(await hasPassed(check)).toBe(true);
  });

  test.each(["", "{}", "not JSON", "\0".repeat(400)])("does not count if its file holds %j", async (text) => {
    const check = { name: NAME, program: await program() };
    await keepPassed(check);
    await writeFile(kept(), text);
    expect(await hasPassed(check)).toBe(false);
  });

  test.each(["node version", "processor"])("does not count on another machine: %s", async (kind) => {
    const check = { name: NAME, program: await program() };
    await keepPassed(check);
    const facts = JSON.parse(await readFile(kept(), "utf8"));
    const other = kind === "processor" ? { ...facts, processor: "another" } : { ...facts, version: "v1.2.3" };
    await writeFile(kept(), `${JSON.stringify(other)}\n`);
    expect(await hasPassed(check)).toBe(false);
  });
});

test.each([
  "wasmExecutor.ts", // a source
  "server.js", // bundled by someone else
])("%s is checked each time", async (file) => {
  const check = { name: NAME, program: await program(file) };
  await keepPassed(check);
  expect(await hasPassed(check)).toBe(false);
  await expect(readdir(cache)).rejects.toThrow("ENOENT");
});

test("where the folder cannot be written, nothing is kept and nothing fails", async () => {
  const check = { name: NAME, program: await program() };
  await writeFile(cache, "a file in its place");
  await keepPassed(check);
  expect(await hasPassed(check)).toBe(false);
  await rm(cache);
  await mkdir(kept(), { recursive: true });
  await keepPassed(check);
  expect(await hasPassed(check)).toBe(false);
  expect(await readdir(join(cache, "checks"))).toEqual([`${NAME}.txt`]);
});

test.runIf(process.platform === "linux")("where no folder can be made, it gives up", async () => {
  vi.stubEnv("CENTERNET_CACHE", "/proc/none/centernet");
  const check = { name: NAME, program: await program() };
  await keepPassed(check);
  expect(await hasPassed(check)).toBe(false);
});

test("many programs at once keep it whole", async () => {
  const check = { name: NAME, program: await program() };
  await Promise.all(Array.from({ length: 20 }, () => keepPassed(check)));
  expect(await hasPassed(check)).toBe(true);
});

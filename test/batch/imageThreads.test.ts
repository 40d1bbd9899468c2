/** Real threads, of the built package. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { EXIT } from "../../src/cli/failures.ts";
import { CLI, useBuiltCommand } from "../cli/support/builtCommand.ts";
import { SAMPLES, temporaryFolder } from "../cli/support/folders.ts";

useBuiltCommand();

const IMAGES = ["cat.png", "grace-hopper.jpg", "people.jpg", "rocket.jpg"];

interface Run {
  readonly lines: readonly object[];
  readonly stdout: string;
  readonly drawings: readonly Uint8Array[];
}

async function detect(input: string, flags: readonly string[]): Promise<Run> {
  const folder = await temporaryFolder();
  const json = join(folder, "results.jsonl");
  const args = ["detect", input, "--out", join(folder, "out"), "--json", json, ...flags];
  const { stdout } = await promisify(execFile)(CLI, args).catch((error: { stdout: string }) => error);
  const lines = (await readFile(json, "utf8"))
    .trim()
    .split("\n")
    .map((line) => {
      const { times, backendDetails, ...record } = JSON.parse(line);
      return record;
    });
  const names = (await readdir(join(folder, "out"))).sort();
  const drawings = await Promise.all(names.map((name) => readFile(join(folder, "out", name))));
  return { lines, stdout, drawings };
}

test("--workers writes the same lines and drawings in the same order", async () => {
  const folder = await temporaryFolder();
  for (const [i, name] of [...IMAGES, ...IMAGES].entries())
    await cp(SAMPLES + name, join(folder, `${i}-${name}`));
  await cp(join(SAMPLES, "README.md"), join(folder, "7-text.jpg"));
  const plain = await detect(folder, ["--threads", "1", "--workers", "1", "--profile"]);
  for (const flags of [
    [],
    ["--workers", "1"],
    ["--workers", "2"],
    ["--workers", "3", "--crops", join(folder, "crops")],
  ]) {
    const run = await detect(folder, flags);
    const withoutProfile = plain.lines.map((line) => ({ ...line, profile: undefined }));
    expect(run.lines, flags.join(" ")).toEqual(
      withoutProfile.map((line) => JSON.parse(JSON.stringify(line))),
    );
    expect(run.drawings).toEqual(plain.drawings);
    expect(run.stdout.match(/in 9 images, 1 failed/)).not.toBeNull();
  }
  expect(plain.lines).toHaveLength(9);
  expect(plain.drawings).toHaveLength(8);
}, 240_000);

for (const workers of ["1", "2"]) {
  test(`a reader that closes the output ends it in silence, with --workers ${workers}`, async () => {
    const folder = await temporaryFolder();
    for (let i = 0; i < 12; i++) await cp(`${SAMPLES}people.jpg`, join(folder, `${i}.jpg`));
    const args = ["detect", folder, "--model", "movenet-lightning", "--no-draw", "--quiet", "--json", "-"];
    const child = spawn(CLI, [...args, "--workers", workers], { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (part) => {
      stderr += part;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = await once(child, "close");
    expect({ code, stderr }).toEqual({ code: EXIT.closedPipe, stderr: "" });
  }, 60_000);
}

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";
import { type Outcome, runCli } from "./support/runCli.ts";

const LIGHTNING = ["--model", "movenet-lightning", "--no-draw"];

/** A folder with a pipe that nobody writes to, links to devices without an end, and harmless files. */
async function specialFiles(): Promise<string> {
  const folder = await temporaryFolder();
  await write(folder, {
    "a.png": EMPTY_PICTURE,
    "tfjs/model.json": JSON.stringify({
      weightsManifest: [{ paths: ["shard"], weights: [{ name: "a", shape: [1], dtype: "float32" }] }],
    }),
    "case/case.json": "{}",
  });
  execFileSync("mkfifo", [join(folder, "pipe"), join(folder, "tfjs/shard")]);
  await symlink("/dev/zero", join(folder, "zero"));
  await symlink("/dev/tty", join(folder, "terminal"));
  await mkdir(join(folder, "ckpt"));
  for (const name of ["c.index", "c.data-00000-of-00001", "pipeline.config"]) {
    await symlink("../pipe", join(folder, "ckpt", name));
  }
  return folder;
}

async function refused(args: readonly string[], code: number, message: RegExp): Promise<Outcome> {
  const outcome = await runCli(args); // What hangs ends the test by its timeout.
  expect([args, outcome.code]).toEqual([args, code]);
  expect(outcome.stderr + outcome.stdout).toMatch(message);
  return outcome;
}

test.skipIf(process.platform === "win32")(
  "pipes and devices are refused at once wherever a file is read",
  async () => {
    const folder = await specialFiles();
    const image = join(folder, "a.png");
    for (const name of ["pipe", "zero", "terminal"]) {
      const path = join(folder, name);
      const what = /: expected .*, got a device or pipe/;
      await refused(["detect", path, ...LIGHTNING], 3, what);
      await refused(["detect", image, ...LIGHTNING, "--label-map", path], 2, what);
      await refused(["detect", image, "--no-draw", "--weights", path], 2, what);
      await refused(["inspect", path], 2, what);
      await refused(["convert", path, "-o", join(folder, "x.safetensors")], 2, what);
    }
    await refused(["inspect", join(folder, "tfjs/model.json")], 2, /shard .*got a device or pipe/);
    await refused(["inspect", join(folder, "ckpt")], 2, /expected /);
  },
);

test.skipIf(!existsSync("/proc/self"))("files of /proc that claim to be empty are", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "a.png": EMPTY_PICTURE });
  await refused(["inspect", "/proc/self/maps"], 2, /got an empty file/);
  await refused(["detect", "/proc/self/maps", ...LIGHTNING], 3, /expected /);
});

test.skipIf(!existsSync("/proc/self"))("folders that cannot be made are named at once", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "a.png": EMPTY_PICTURE });
  const image = join(folder, "a.png");
  const lightning = ["detect", image, "--model", "movenet-lightning"];
  await refused([...lightning, "--out", "/proc/x/y"], 1, /\/proc\/x\/y: expected a folder to write to/);
  await refused(
    [...lightning, "--no-draw", "--json", "/proc/x/y"],
    1,
    /option --json \/proc\/x\/y: expected/,
  );
});

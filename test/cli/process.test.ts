import { type ChildProcessByStdio, execFile, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { CLI, useBuiltCommand } from "./support/builtCommand.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

useBuiltCommand();

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command as a process of its own; `onStdout` is called as text comes, with all of it so far. */
function start(
  args: readonly string[],
  onStdout: (text: string, child: ChildProcessByStdio<null, Readable, Readable>) => void = () => {},
): Promise<Ended> {
  const child = spawn(CLI, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk;
    onStdout(stdout, child);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The same with so many kilobytes of addresses at most. */
function startLimited(kilobytes: number, args: readonly string[]): Promise<Ended> {
  const script = `ulimit -v ${kilobytes} && exec "$0" "$@"`;
  return new Promise((resolve) => {
    execFile("sh", ["-c", script, CLI, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

async function manyPictures(): Promise<{ folder: string; input: string }> {
  const folder = await temporaryFolder();
  const images = Array.from({ length: 9 }, (_, i) => [`in/${i}.png`, EMPTY_PICTURE] as const);
  await write(folder, Object.fromEntries(images));
  return { folder, input: join(folder, "in") };
}

test("exit codes and the version reach the shell", async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  expect(await start(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  expect(await start(["detect", "x.jpg", "--score", "2"])).toMatchObject({ code: 1, stdout: "" });
  expect(await start(["describe", "no-such-model"])).toMatchObject({ code: 2, stdout: "" });
});

for (const [signal, code, word] of [
  ["SIGINT", 130, "interrupted"],
  ["SIGTERM", 143, "terminated"],
] as const) {
  test(`${signal} stops a run, keeps what is done and gives ${code}`, async () => {
    const { folder, input } = await manyPictures();
    const json = join(folder, "results.jsonl");
    const args = [
      "detect",
      input,
      "--model",
      "movenet-lightning",
      "--out",
      join(folder, "out"),
      "--json",
      json,
    ];
    let sent = false;
    const ended = await start(args, (text, child) => {
      if (sent || !text.includes("0.png")) return;
      sent = true;
      // Twice, as a terminal and npx together do.
      child.kill(signal);
      child.kill(signal);
    });
    expect(ended.code).toBe(code);
    const done = (await readFile(json, "utf8")).trimEnd().split("\n");
    expect(done.map((line) => JSON.parse(line).image)).toEqual(done.map((_, i) => join(input, `${i}.png`)));
    expect(done.length).toBeLessThan(9);
    expect(await readdir(join(folder, "out"))).toEqual(done.map((_, i) => `${i}.png`));
    expect(ended.stderr).toBe(
      `centernet: ${word} after ${done.length} of 9 images; their results are kept\n`,
    );
  });
}

test.runIf(process.platform === "linux")(
  "a process of few addresses is told that they lack, and not memory",
  async () => {
    const { input } = await manyPictures();
    const ended = await startLimited(6_000_000, ["detect", input, "--backend", "wasm", "--no-draw"]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(
      /^centernet: backend wasm: expected \d+ MB of memory, got a system that refuses it: .*\(ulimit -v\).*\. Raise that limit, run node --disable-wasm-trap-handler, or .*\.\n$/,
    );
  },
);

test("a run that is killed leaves what is done under a name that says so", async () => {
  const { folder, input } = await manyPictures();
  const json = join(folder, "results.jsonl");
  const args = ["detect", input, "--model", "movenet-lightning", "--no-draw", "--json", json];
  let process: number | undefined;
  await start(args, (text, child) => {
    process = child.pid;
    if (text.includes("0.png")) child.kill("SIGKILL");
  });
  expect((await readdir(folder)).sort()).toEqual(["in", `results.jsonl.unfinished-${process}`]);
  const [first] = (await readFile(`${json}.unfinished-${process}`, "utf8")).split("\n");
  expect(JSON.parse(first).image).toBe(join(input, "0.png"));
});

test("a self-test that was passed is kept, so that the next run does without", async () => {
  const folder = await temporaryFolder();
  const env = { ...process.env, CENTERNET_CACHE: folder };
  const args = ["detect", join(ROOT, "samples/people.jpg"), "--backend", "wasm", "--no-draw", "--quiet"];
  execFileSync(CLI, [...args, "--json", join(folder, "results.jsonl")], { env });
  const [kept, ...others] = await readdir(join(folder, "checks"));
  expect(kept).toMatch(/^wasm-(plain|relaxed)-1-default-default\.txt$/);
  expect(others).toEqual([]);
});

test("a signal ends a command that waits for a silent server", async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const asked = new Promise((resolve) => server.once("request", resolve));
  const { port } = server.address() as AddressInfo;
  const args = ["inspect", `http://127.0.0.1:${port}/w.safetensors`];
  const child = spawn(CLI, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve([code, signal])));
  await asked;
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
});

test.skipIf(process.platform === "win32")("a second signal ends a start that hangs", async () => {
  const { folder, input } = await manyPictures();
  const pipe = join(folder, "pipe");
  // Nobody reads it, so that opening it never ends.
  execFileSync("mkfifo", [pipe]);
  // A signal that comes before the command has its handlers ends it at once: then it gets more time.
  for (let delay = 500, signals = 1; signals < 2; delay *= 2) {
    const child = spawn(CLI, ["detect", input, "--json", pipe], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = new Promise((resolve) => child.on("close", (_, signal) => resolve(signal)));
    await setTimeout(delay);
    for (signals = 0; child.signalCode === null && child.exitCode === null; signals++) {
      child.kill("SIGTERM");
      await Promise.race([ended, setTimeout(700)]);
    }
    expect(await ended).toBe("SIGTERM");
    expect(signals).toBeLessThanOrEqual(2);
  }
});

test("a reader that has enough ends a run without a word", async () => {
  const { folder, input } = await manyPictures();
  const out = join(folder, "out");
  const args = ["detect", input, "--model", "movenet-lightning", "--out", out, "--json", "-"];
  const ended = await start(args, (_, child) => child.stdout.destroy());
  expect(ended).toMatchObject({ code: 141, stderr: "" });
  expect((await readdir(out)).length).toBeLessThan(9);
});

test.runIf(existsSync("/dev/full"))("a full disk behind stdout is told in one line", async () => {
  const full = await open("/dev/full", "w");
  const child = spawn(CLI, ["models"], { stdio: ["ignore", full.fd, "pipe"] });
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  await full.close();
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "centernet: standard output: expected room to write, got no space left on device.\n",
  });
});

test.skipIf(process.platform !== "linux")("an image whose name is not UTF-8 is read and drawn", async () => {
  const folder = await temporaryFolder();
  const name = Buffer.from([...Buffer.from(`${folder}/`), 0xe9, 0xff, ...Buffer.from(".png")]);
  await writeFile(name, EMPTY_PICTURE);
  // Node passes arguments as text; the shell passes any bytes.
  const command = `cd '${folder}' && exec '${CLI}' detect "$(printf '\\351\\377').png" --model movenet-lightning --json -`;
  const { stdout, stderr } = await new Promise<Ended>((resolve) => {
    execFile("sh", ["-c", command], (error, out, err) => {
      resolve({ code: Number(error?.code ?? 0), stdout: out, stderr: err });
    });
  });
  expect(stderr).not.toContain("expected");
  expect(JSON.parse(stdout)).toMatchObject({ image: "\udce9\udcff.png", width: 24, height: 16 });
  expect(await readdir(join(folder, "centernet-out"))).toEqual(["\ufffd\ufffd.png"]);
});

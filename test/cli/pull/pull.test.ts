import { createHash } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { archiveUrl, pullModel } from "../../../src/cli/commands/pull.ts";
import { Interruption } from "../../../src/cli/failures.ts";
import type { Session } from "../../../src/cli/io.ts";
import { formatBytes } from "../../../src/cli/terminal/formatNumber.ts";
import { archiveAddress, ZOO } from "../../../src/models/zoo/zoo.ts";
import { cachedArchive } from "../../../src/platform/archiveCache.ts";
import { cachedArchive as inBrowser } from "../../../src/platform/browser.ts";
import { cacheFolder } from "../../../src/platform/cacheFolder.ts";
import { Collector } from "../../support/collector.ts";
import { temporaryFolder } from "../support/folders.ts";
import { runCli } from "../support/runCli.ts";
import { makeArchive } from "./support/archive.ts";
import { file, serve, status } from "./support/archiveServer.ts";

const MODEL = "centernet_mobilenetv2fpn_512x512_coco17_od";
const ARCHIVE = makeArchive();
const DIGEST = createHash("sha256").update(ARCHIVE).digest("hex");
const PULLED = (path: string) => `pulled: ${path}, ${SIZE} bytes\nSHA-256: ${DIGEST}\n`;
const SIZE = ARCHIVE.length.toLocaleString("en-US");

/** No test may touch the cache of whoever runs it. */
let cache: string;
let path: string;
beforeEach(async () => {
  cache = join(await temporaryFolder(), "cache");
  path = join(cache, `${MODEL}.tar.gz`);
  vi.stubEnv("CENTERNET_CACHE", cache);
  onTestFinished(() => void vi.unstubAllEnvs());
});

test.each([
  ["a folder", "mirror/", `/mirror/${MODEL}.tar.gz`],
  ["a file of another name", "renamed.tgz?token=1", "/renamed.tgz?token=1"],
])("an archive is pulled from %s, once", async (_, from, asked) => {
  const { url, requests } = await serve(file(ARCHIVE));
  const args = ["pull", MODEL, "--from", `${url}${from}`];
  expect(await runCli(args)).toEqual({ code: 0, stderr: "", stdout: PULLED(path) });
  expect((await readFile(path)).equals(ARCHIVE)).toBe(true);
  expect(await cachedArchive(MODEL)).toBe(path);
  expect(await runCli(args)).toEqual({
    code: 0,
    stderr: "",
    stdout: `already in the cache: ${path}, ${SIZE} bytes\n`,
  });
  expect(requests.map((request) => request.path)).toEqual([asked]);
});

test("--cache names another folder", async () => {
  const { url } = await serve(file(ARCHIVE));
  const folder = join(await temporaryFolder(), "a", "b");
  const { code } = await runCli(["pull", MODEL, "--from", url, "--cache", folder]);
  expect(code).toBe(0);
  expect(await cachedArchive(MODEL)).toBeUndefined();
  expect(await cachedArchive(MODEL, folder)).toBe(join(folder, `${MODEL}.tar.gz`));
});

test("the size is told before a download that another command asks for; what is in the cache is not downloaded", async () => {
  const { url, requests } = await serve(file(ARCHIVE));
  const said: string[] = [];
  const report = (kind: string) => (_: unknown, line: string) => said.push(`${kind} ${line}`);
  const stdout = new Collector();
  const session = { stdout, stderr: stdout, signal: new AbortController().signal } as unknown as Session;
  const tell = { say: report("say"), note: report("note") };
  for (let i = 0; i < 2; i++) await pullModel(MODEL, { from: url }, session, tell);
  expect(said[0]).toBe(`note pulling ${MODEL}: 60.2 kB from ${new URL(url).host}`);
  expect(said[1]).toMatch(/^say pulled: /);
  expect(said.at(-1)).toMatch(/^say already in the cache: /);
  expect(requests).toHaveLength(1);
});

test("detect --pull downloads nothing for a model that ships with the package", async () => {
  const args = ["detect", "none.jpg", "--model", "movenet-lightning", "--pull", "--no-draw"];
  const { code, stderr } = await runCli(args);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^centernet: none\.jpg: [^\n]+\n$/);
  const both = await runCli([...args, "--weights", "x.pth"]);
  expect(both).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/option --pull: .*without --weights, got both/),
  });
});

test("a model that ships with the package needs no pull", async () => {
  expect(await runCli(["pull", "movenet-lightning"])).toEqual({
    code: 0,
    stderr: "",
    stdout: "nothing to pull: the weights of movenet-lightning ship with this package\n",
  });
});

test("a terminal shows a progress bar until the end", async () => {
  const { url } = await serve(file(ARCHIVE));
  const { stdout, stderr } = await runCli(["pull", MODEL, "--from", url], { terminal: 80 });
  expect(stdout).toBe(PULLED(path));
  expect(stderr).toMatch(/█{24} 60\.2 kB of 60\.2 kB, checking it/);
});

test.each<[string, string[], number, RegExp]>([
  [
    "an unknown model",
    ["centernet_resnet50_v2"],
    2,
    /: model: expected a model's name, got "centernet_resnet50_v2"\. Did you mean centernet_resnet50_v2_512x/,
  ],
  [
    "a model without an archive",
    ["movenet-thunder"],
    2,
    /^centernet: model: expected one that has an archive .*, got movenet-thunder\. Convert them: /,
  ],
  ["no model", [], 1, /argument .model./],
  ["--from without a scheme", [MODEL, "--from", "example.org/"], 1, /option --from: expected an https URL/],
  [
    "--from of another scheme",
    [MODEL, "--from", "file:///tmp/"],
    1,
    /option --from: .* got "file:\/\/\/tmp\/"\./,
  ],
  [
    "--from of another machine without encryption",
    [MODEL, "--from", "http://example.org/"],
    1,
    /option --from: expected an https URL, .* got "http:.*"\. Plain http is accepted from localhost only\./,
  ],
  [
    "--from of a machine whose name begins like this one's",
    [MODEL, "--from", "http://127.0.0.1.example.org/"],
    1,
    /option --from: expected an https URL/,
  ],
  [
    "--from twice",
    [MODEL, "--from", "https://x/", "--from", "https://y/"],
    1,
    /option --from: expected to be given once/,
  ],
  ["an empty --cache", [MODEL, "--cache", ""], 1, /option --cache: expected a path, got an empty one/],
])("%s is reported in one line", async (_, args, code, message) => {
  const outcome = await runCli(["pull", ...args]);
  expect(outcome).toMatchObject({ code, stdout: "" });
  expect(outcome.stderr).toMatch(message);
  expect(outcome.stderr.split("\n")).toHaveLength(2);
});

test("a server without the archive exits with 2", async () => {
  const { url } = await serve(status(404));
  const outcome = await runCli(["pull", MODEL, "--from", url]);
  expect(outcome).toMatchObject({ code: 2, stdout: "" });
  expect(outcome.stderr).toBe(
    `centernet: ${url}${MODEL}.tar.gz: expected an archive, got HTTP status 404 Not Found. ` +
      "Check the address, or choose another with --from.\n",
  );
});

test("a cache folder that cannot be created exits with 1", async () => {
  await writeFile(cache, "");
  const { url } = await serve(file(ARCHIVE));
  const { code, stderr } = await runCli(["pull", MODEL, "--from", url]);
  expect(code).toBe(1);
  expect(stderr).toContain(`centernet: ${cache}: expected a folder to download to, got `);
});

/** Resolves once the part has so many bytes. */
function partHas(bytes: number): Promise<boolean> {
  return vi.waitUntil(async () => {
    const info = await stat(join(`${path}.part`, "data")).catch(() => undefined);
    return info?.size === bytes;
  });
}

test("Ctrl-C exits with 130, and the next pull continues", async () => {
  const stop = new AbortController();
  const { url, requests } = await serve((request, response) => {
    file(ARCHIVE, { silentAt: 20_000 })(request, response);
    partHas(20_000).then(() => stop.abort(new Interruption("interrupted", 130)));
  }, file(ARCHIVE));
  const args = ["pull", MODEL, "--from", url];
  const { code, stderr } = await runCli(args, { signal: stop.signal });
  expect(code).toBe(130);
  expect(stderr).toBe("centernet: interrupted after 20.0 kB, which are kept: pull again to continue\n");
  expect((await runCli(args)).code).toBe(0);
  expect(requests[1].range).toBe("bytes=20000-");
  expect((await readFile(path)).equals(ARCHIVE)).toBe(true);
});

test("a lost connection is reported and made again", async () => {
  const { url } = await serve(file(ARCHIVE, { cutAt: 20_000 }), file(ARCHIVE));
  const { code, stderr } = await runCli(["pull", MODEL, "--from", url]);
  expect(code).toBe(0);
  expect(stderr).toBe(
    `centernet: ${url}${MODEL}.tar.gz: the connection was lost (ECONNRESET) after 20.0 kB; trying again\n`,
  );
});

test("archives are pulled from the zoo's public addresses", () => {
  const zoo = "https://storage.googleapis.com/download.tensorflow.org/models/object_detection/tf2";
  expect(ZOO.map(archiveAddress)).toEqual([
    `${zoo}/20200713/centernet_hg104_512x512_coco17_tpu-8.tar.gz`,
    `${zoo}/20200711/centernet_hg104_512x512_kpts_coco17_tpu-32.tar.gz`,
    `${zoo}/20200713/centernet_hg104_1024x1024_coco17_tpu-32.tar.gz`,
    `${zoo}/20200711/centernet_hg104_1024x1024_kpts_coco17_tpu-32.tar.gz`,
    `${zoo}/20200711/centernet_resnet50_v1_fpn_512x512_coco17_tpu-8.tar.gz`,
    `${zoo}/20200711/centernet_resnet50_v1_fpn_512x512_kpts_coco17_tpu-8.tar.gz`,
    `${zoo}/20200711/centernet_resnet101_v1_fpn_512x512_coco17_tpu-8.tar.gz`,
    `${zoo}/20200711/centernet_resnet50_v2_512x512_coco17_tpu-8.tar.gz`,
    `${zoo}/20200711/centernet_resnet50_v2_512x512_kpts_coco17_tpu-8.tar.gz`,
    `${zoo}/20210210/centernet_mobilenetv2fpn_512x512_coco17_od.tar.gz`,
    `${zoo}/20210210/centernet_mobilenetv2fpn_512x512_coco17_kpts.tar.gz`,
  ]);
  expect(archiveUrl(`${zoo}/a.tar.gz`).href).toBe(`${zoo}/a.tar.gz`);
});

test("the cache is where the environment says", () => {
  vi.stubEnv("XDG_CACHE_HOME", "/x");
  expect(cacheFolder()).toBe(cache);
  vi.stubEnv("CENTERNET_CACHE", "");
  expect(cacheFolder()).toBe(join("/x", "centernet"));
  const home = join(homedir(), ".cache", "centernet");
  for (const unusable of ["", "relative", undefined]) {
    vi.stubEnv("XDG_CACHE_HOME", unusable);
    expect(cacheFolder()).toBe(home);
  }
});

test("only a file is a cached archive; browsers have none", async () => {
  expect(await cachedArchive(MODEL)).toBeUndefined();
  await mkdir(path, { recursive: true });
  expect(await cachedArchive(MODEL)).toBeUndefined();
  expect(await inBrowser(MODEL)).toBeUndefined();
});

test("bytes are counted in thousands", () => {
  const sizes = [0, 999, 1000, 18_108_177, 999_949, 999_950, 1_400_000_000].map(formatBytes);
  expect(sizes).toEqual(["0 bytes", "999 bytes", "1.0 kB", "18.1 MB", "999.9 kB", "1.0 MB", "1.4 GB"]);
});

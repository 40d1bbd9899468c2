import { appendFile, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT, Interruption } from "../../src/cli/failures.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

interface Place {
  readonly folder: string;
  readonly json: string;
  /** Runs with --resume; `until` stops the run once it has done this image. */
  run(options?: readonly string[], until?: string): ReturnType<typeof runCli>;
  images(): Promise<string[]>;
}

async function makePlace(names = ["0", "1", "2", "3", "4"]): Promise<Place> {
  const folder = await temporaryFolder();
  await write(folder, Object.fromEntries(names.map((name) => [`in/${name}.png`, EMPTY_PICTURE])));
  const json = join(folder, "r.jsonl");
  return {
    folder,
    json,
    run(options = [], until) {
      const stop = new AbortController();
      const onStdout = (text: string) => {
        if (until && text.includes(until)) stop.abort(new Interruption("interrupted", EXIT.interrupted));
      };
      const model = ["--model", "movenet-lightning", "--score", "0", "--no-draw"];
      const args = ["detect", join(folder, "in"), ...model, "--json", json, "--resume", ...options];
      return runCli(args, { onStdout, signal: stop.signal });
    },
    async images() {
      const lines = (await readFile(json, "utf8")).trimEnd().split("\n");
      return lines.map((line) => JSON.parse(line).image.slice(join(folder, "in/").length));
    },
  };
}

const ALL = ["0.png", "1.png", "2.png", "3.png", "4.png"];

test("a run that was stopped goes on, and its lines stay as they are", async () => {
  const place = await makePlace();
  expect((await place.run([], "1.png")).code).toBe(EXIT.interrupted);
  const done = await readFile(place.json, "utf8");
  expect(await place.images()).toEqual(["0.png", "1.png"]);
  const second = await place.run();
  expect(second).toMatchObject({ code: EXIT.fine, stderr: "centernet: 2 of 5 images done before\n" });
  expect(second.stdout).not.toContain("1.png");
  expect(second.stdout).toContain("detections in 3 images");
  expect(await place.images()).toEqual(ALL);
  const all = await readFile(place.json, "utf8");
  expect(all.startsWith(done)).toBe(true);
  // All that there is to do is done.
  expect((await place.run()).stderr).toBe("centernet: 5 of 5 images done before\n");
  expect(await readFile(place.json, "utf8")).toBe(all);
  expect((await readdir(place.folder)).sort()).toEqual(["in", "r.jsonl", "r.jsonl.run.json"]);
});

test("so does one that was killed, without its torn line", async () => {
  const place = await makePlace();
  await place.run([], "3.png");
  const text = await readFile(place.json, "utf8");
  // No process has this number.
  const unfinished = `${place.json}.unfinished-99999999`;
  await rename(place.json, unfinished);
  await writeFile(unfinished, text.slice(0, -9));
  expect((await place.run()).stderr).toBe("centernet: 3 of 5 images done before\n");
  expect(await place.images()).toEqual(ALL);
  expect(await readFile(place.json, "utf8")).toContain(text.split("\n")[2]);
  expect((await readdir(place.folder)).sort()).toEqual(["in", "r.jsonl", "r.jsonl.run.json"]);
});

test("images that have come to be there get their place in the order, and stopping again loses no line", async () => {
  const place = await makePlace(["1", "3"]);
  await place.run();
  await write(place.folder, { "in/0.png": EMPTY_PICTURE, "in/2.png": EMPTY_PICTURE, "in/4.png": "no image" });
  expect((await place.run([], "0.png")).code).toBe(EXIT.interrupted);
  expect(await place.images()).toEqual(["0.png", "1.png", "3.png"]);
  expect((await place.run()).code).toBe(EXIT.images);
  expect(await place.images()).toEqual(ALL);
  // A line with an error is a line.
  expect(await place.run()).toMatchObject({ code: EXIT.fine });
});

test("lines of other options, models and images are refused, and stay", async () => {
  const place = await makePlace();
  await place.run([], "1.png");
  const text = await readFile(place.json, "utf8");
  for (const [options, message] of [
    [
      ["--max", "7"],
      /r\.jsonl: expected lines of the options \{.*"max":7.*got \{.*"max":100.*Remove it, or choose/,
    ],
    [["--precision", "exact"], /expected lines of the backend \{.*"exact"/],
  ] as const) {
    const { code, stderr } = await place.run(options);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(message);
  }
  await appendFile(place.json, '{"image":"elsewhere.png","detections":[]}\n');
  expect((await place.run()).stderr).toMatch(
    /expected lines of the images of this run, got one of elsewhere\.png in/,
  );
  await writeFile(place.json, `${text}nonsense\n`);
  expect((await place.run()).stderr).toMatch(
    /r\.jsonl: expected lines of detect --json, got another line 3\./,
  );
  expect(await readFile(place.json, "utf8")).toBe(`${text}nonsense\n`);
});

test("lines of a run without --resume are refused, since nobody knows what they are of", async () => {
  const place = await makePlace();
  await writeFile(place.json, '{"image":"x","detections":[]}\n');
  const { code, stderr } = await place.run();
  expect(code).toBe(EXIT.usage);
  expect(stderr).toMatch(
    /r\.jsonl: expected .*r\.jsonl\.run\.json, which a run with --resume writes from its start/,
  );
  expect(await readFile(place.json, "utf8")).toBe('{"image":"x","detections":[]}\n');
});

test.skipIf(process.platform === "win32")("results that cannot be read again are refused", async () => {
  const place = await makePlace();
  const args = ["detect", join(place.folder, "in"), "--json", "/dev/null", "--resume", "--no-draw"];
  expect((await runCli(args)).stderr).toMatch(
    /option --resume: expected results in a file, got \/dev\/null\./,
  );
});

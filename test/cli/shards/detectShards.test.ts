import { chmodSync, writeFileSync } from "node:fs";
import { appendFile, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test, vi } from "vitest";
import { EXIT, Interruption } from "../../../src/cli/failures.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "../support/folders.ts";
import { type Call, runCli } from "../support/runCli.ts";

const MODEL = ["--model", "movenet-lightning", "--score", "0", "--no-draw"];
const NAME = (number: number, of: number) =>
  `results-${String(number).padStart(5, "0")}-of-${String(of).padStart(5, "0")}.jsonl`;

interface Place {
  readonly folder: string;
  readonly list: string;
  readonly out: string;
  shard(shard: string, options?: readonly string[], call?: Call): ReturnType<typeof runCli>;
  merge(...options: string[]): ReturnType<typeof runCli>;
}

/** Images and a list of them. */
async function makePlace(images = 5): Promise<Place> {
  const folder = await temporaryFolder();
  const names = Array.from({ length: images }, (_, i) => join(folder, `in/${i}.png`));
  await write(folder, Object.fromEntries(names.map((_, i) => [`in/${i}.png`, EMPTY_PICTURE])));
  const list = join(folder, "list");
  await writeFile(list, `${names.join("\n")}\n`);
  const out = join(folder, "shards");
  return {
    folder,
    list,
    out,
    shard: (shard, options = [], call = {}) =>
      runCli(
        ["detect", "--list", list, ...MODEL, "--json", out, "--shard", shard, "--quiet", ...options],
        call,
      ),
    merge: (...options) => runCli(["merge", out, "--output", join(folder, "merged"), ...options]),
  };
}

async function allShards(place: Place, of: number): Promise<void> {
  for (let number = 1; number <= of; number++)
    expect(await place.shard(`${number}/${of}`)).toEqual({ code: EXIT.fine, stdout: "", stderr: "" });
}

test("shards give the same lines for every number of them, those of a run without times", async () => {
  const place = await makePlace();
  await rm(join(place.folder, "in/3.png"));
  const one = join(place.folder, "one.jsonl");
  await runCli(["detect", "--list", place.list, ...MODEL, "--build", "plain", "--json", one, "--quiet"]);
  const records = (await readFile(one, "utf8")).trimEnd().split("\n");
  const expected = records.map((line) => {
    const { times: _, backendDetails: __, ...record } = JSON.parse(line);
    return `${JSON.stringify(record)}\n`;
  });
  // 7 shards of 5 images: two have none.
  for (const of of [1, 2, 7]) {
    for (let number = 1; number <= of; number++) await place.shard(`${number}/${of}`);
    expect(await place.merge()).toEqual({
      code: EXIT.images,
      stdout: `5 images of ${of} shard${of === 1 ? "" : "s"}: ${place.folder}/merged\n1 image failed, the first: ${place.folder}/in/3.png: expected an image file, got no such file or directory. Check the path.\n`,
      stderr: "",
    });
    expect(await readFile(join(place.folder, "merged"), "utf8")).toBe(expected.join(""));
    await rm(place.out, { recursive: true });
  }
});

test("a finished shard ends at once, and says so", async () => {
  const place = await makePlace();
  await place.shard("2/2");
  // Nothing is read any more.
  await rm(join(place.folder, "in"), { recursive: true });
  const args = ["detect", "--list", place.list, ...MODEL, "--json", place.out, "--shard", "2/2"];
  expect(await runCli(args)).toEqual({
    code: EXIT.fine,
    stdout: `shard 2 of 2 is complete: ${join(place.out, NAME(2, 2))}, 2 images\n`,
    stderr: "",
  });
});

test("a shard that is stopped keeps what is done, and goes on with it", async () => {
  const place = await makePlace();
  const stop = new AbortController();
  const onStdout = (text: string) => {
    if (text.includes("2.png")) stop.abort(new Interruption("terminated", EXIT.terminated));
  };
  const args = ["detect", "--list", place.list, ...MODEL, "--json", place.out, "--shard", "1/2"];
  const stopped = await runCli(args, { onStdout, signal: stop.signal });
  expect(stopped.code).toBe(EXIT.terminated);
  expect(stopped.stdout).toContain("shard 1 of 2: 2 of 3 images done\n");
  const merged = await place.merge();
  expect(merged.stderr).toMatch(/got unfinished ones\.\n$/);
  const again = await runCli(args);
  expect(again).toMatchObject({ code: EXIT.fine, stderr: "centernet: 2 of 3 images done before\n" });
  expect(await readdir(place.out)).toEqual([NAME(1, 2)]);
});

test("a folder in the place of a shard is refused", async () => {
  const place = await makePlace(1);
  await mkdir(join(place.out, NAME(1, 1)), { recursive: true });
  const { code, stderr } = await place.shard("1/1");
  expect(code).toBe(EXIT.usage);
  expect(stderr).toMatch(/results-00001-of-00001\.jsonl: expected to read it, got .*directory\.\n$/);
});

test("an engine's variables say which shard it is", async () => {
  const place = await makePlace();
  vi.stubEnv("JOB_COMPLETION_INDEX", "1");
  try {
    expect((await place.shard("auto")).stderr).toMatch(/expected auto\/n, since Kubernetes tells no count/);
    expect((await place.shard("auto/3")).code).toBe(EXIT.fine);
  } finally {
    vi.unstubAllEnvs();
  }
  expect(await readdir(place.out)).toEqual([NAME(2, 3)]);
});

for (const [what, change, message] of [
  [
    "another list",
    (place: Place) => appendFile(place.list, "more.png\n"),
    /a shard of the list of images \{/,
  ],
  ["another option", () => [["--max", "3"]], /a shard of the options \{.*"max":3.*got \{.*"max":100/],
  ["another build", () => [["--build", "relaxed"]], /a shard of the build relaxed, got plain\./],
  ["other weights", () => [["--model", "centerface"]], null],
] as const) {
  test(`a finished shard of ${what} is no answer`, async () => {
    const place = await makePlace(2);
    await place.shard("1/2");
    const [options = []] = ((await change(place)) ?? []) as string[][];
    const args = [
      "detect",
      "--list",
      place.list,
      "--json",
      place.out,
      "--shard",
      "1/2",
      "--no-draw",
      "--score",
      "0",
    ];
    const model = options[0] === "--model" ? [] : ["--model", "movenet-lightning"];
    const outcome = await runCli([...args, ...model, ...options]);
    expect(outcome).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(outcome.stderr).toMatch(
      message ?? /a shard of the weights "[0-9a-f]{64}", got "[0-9a-f]{64}"\. Remove it/,
    );
  });
}

test("a task that was started as a run of its own is refused beside the others", async () => {
  const place = await makePlace();
  await place.shard("1/3");
  const { code, stderr } = await place.shard("1/1");
  expect(code).toBe(EXIT.usage);
  expect(stderr).toMatch(
    /expected no shards but those of 1, got results-00001-of-00003\.jsonl\. Choose another/,
  );
});

test("a file that is no shard is not replaced", async () => {
  const place = await makePlace();
  await write(place.out, { [NAME(1, 2)]: '{"image":"a.jpg"}\n' });
  expect((await place.shard("1/2")).stderr).toMatch(
    /expected a shard's file, or none, got another file\. Remove it/,
  );
});

test("flags that contradict shards and lists are refused", async () => {
  const place = await makePlace(1);
  const base = ["detect", "--list", place.list, ...MODEL];
  for (const [args, message] of [
    [[...base, "--shard", "1/2"], /option --shard: expected to be used with --json <folder>, got none\./],
    [[...base, "--shard", "1/2", "--json", "-"], /with --json <folder>, got standard output\./],
    [[...base, "--shard", "1/2", "--json", "x", "--save", "csv"], /without --save.*centernet merge makes/],
    [
      [...base, "--shard", "1/2", "--json", "x", "--profile"],
      /--profile: expected to be used without --shard/,
    ],
    [[...base, "--resume"], /option --resume: expected to be used with --json <file>, got none\./],
    [
      [...base, "--resume", "--json", "x", "--save", "csv"],
      /option --resume: expected to be used without --save/,
    ],
    [[...base, "a.png"], /option --list: expected to be used without images, got a\.png\./],
    [[...base, "--shard", "3/2", "--json", "x"], /option --shard: expected i\/n .* got "3\/2"\./],
    [
      [...base, "--shard", "1/2", "--json", place.list],
      /option --json .*list: expected a folder to write shards to/,
    ],
    [
      [...base, "--shard", "1/2", "--json", "x", "--weights", "http://h.org/w.pth"],
      /a file, got an address\./,
    ],
  ] as const) {
    const outcome = await runCli(args);
    expect(outcome).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(outcome.stderr).toMatch(message);
  }
  await rm("x", { recursive: true, force: true });
});

test("a folder that may not be written to is refused", async () => {
  const place = await makePlace(1);
  await mkdir(place.out, { mode: 0o555 });
  // Nothing is forbidden to root, so that root has to be somebody else for a while.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    chmodSync(place.folder, 0o755);
    process.seteuid?.(65534);
  }
  try {
    const { code, stderr } = await place.shard("1/1");
    expect(stderr).toMatch(/expected a folder to write shards to, got permission denied\.\n$/);
    expect(code).toBe(EXIT.usage);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test("a list that names an image twice, and one that changes, make no shard", async () => {
  const place = await makePlace();
  await appendFile(place.list, `${join(place.folder, "in/1.png")}\n`);
  expect((await place.shard("1/2")).stderr).toMatch(
    /expected each image once, got .*1\.png in the lines 2 and 6\./,
  );
  const other = await makePlace();
  const onStdout = (text: string) => {
    if (text.includes("0.png")) writeFileSync(other.list, "changed\n");
  };
  const args = ["detect", "--list", other.list, ...MODEL, "--json", other.out, "--shard", "1/1"];
  const images = 3000;
  writeFileSync(
    other.list,
    Array.from({ length: images }, (_, i) => join(other.folder, `in/${i}.png\n`)).join(""),
  );
  const { code, stderr } = await runCli(args, { onStdout });
  expect([code, stderr.split("\n").at(-2)]).toEqual([
    EXIT.usage,
    `centernet: option --list ${other.list}: expected a list that stays as it is during the run, got one that has changed.`,
  ]);
  expect((await readdir(other.out)).filter((name) => name.endsWith(".jsonl"))).toEqual([]);
});

test("merge names what is missing, and what is there twice", async () => {
  const place = await makePlace();
  expect((await place.merge()).stderr).toMatch(
    /expected a folder of shards, got no such file or directory\./,
  );
  await mkdir(place.out);
  expect((await place.merge()).stderr).toMatch(/expected shards as detect --shard writes them.*got none\./);
  for (const number of [2, 5, 6]) await place.shard(`${number}/9`);
  expect((await place.merge()).stderr).toMatch(/expected 9 shards, got none for the shards 1, 3-4, 7-9\.\n$/);
  await writeFile(join(place.out, `${NAME(1, 9)}.unfinished-h-1-ab`), "");
  expect((await place.merge()).stderr).toMatch(/1, 3-4, 7-9\. 1 of them is unfinished\.\n$/);
  for (const number of [1, 3, 4, 7, 8]) await place.shard(`${number}/9`);
  await copyFile(join(place.out, NAME(8, 9)), join(place.out, NAME(9, 9)));
  expect((await place.merge()).stderr).toMatch(
    /00009-of-00009\.jsonl: expected shard 9 of 9, got shard 8 of 9 by its header\. It was renamed or copied\./,
  );
  await copyFile(join(place.out, NAME(8, 9)), join(place.out, NAME(8, 8)));
  expect((await place.merge()).stderr).toMatch(/expected the shards of one run, got those of 8 and of 9\./);
  expect(await readdir(place.folder)).not.toContain("merged");
});

test("merge takes shards of one list, model and choice of options only", async () => {
  const place = await makePlace();
  await allShards(place, 2);
  const kept = join(place.folder, "kept");
  await rename(join(place.out, NAME(2, 2)), kept);
  for (const [options, message] of [
    [["--max", "3"], /expected the options of .*00001-of-00002\.jsonl, \{.*"max":100.*got \{.*"max":3/],
    [["--precision", "exact"], /expected the backend of .*"precision":"default".*got .*"precision":"exact"/],
  ] as const) {
    await place.shard("2/2", options);
    const { code, stderr } = await place.merge();
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(message);
    await rm(join(place.out, NAME(2, 2)));
  }
  await rename(kept, join(place.out, NAME(2, 2)));
  expect((await place.merge()).code).toBe(EXIT.fine);
});

test("merge refuses what is torn or changed, and leaves an older result", async () => {
  const place = await makePlace();
  await allShards(place, 2);
  const merged = join(place.folder, "merged");
  await writeFile(merged, "older");
  const path = join(place.out, NAME(2, 2));
  const whole = await readFile(path, "utf8");
  const lines = whole.split("\n");
  for (const [content, message] of [
    [
      "",
      /expected a shard's whole file, got a torn one: no whole line\. Remove it and run the shard again\./,
    ],
    [whole.slice(0, -5), /got a torn one: no end line\./],
    [lines.slice(0, -2).join("\n"), /got a torn one: no end line\./],
    [whole.replace(/"score":0\.\d/, '"score":0.9'), /expected the digest of its end line, got another/],
    [
      [lines[0], ...lines.slice(2)].join("\n"),
      /expected the image of position 1, got that of position 3 in line 2/,
    ],
    [whole + whole, /expected its end line last, got more after it/],
  ] as const) {
    await writeFile(path, content);
    for (const target of [
      ["--output", merged],
      ["--coco", join(place.folder, "coco")],
    ]) {
      const outcome = await runCli(["merge", place.out, ...target]);
      expect(outcome).toMatchObject({ code: EXIT.usage, stdout: "" });
      expect(outcome.stderr).toMatch(message);
    }
    expect(await readFile(merged, "utf8")).toBe("older");
    expect((await readdir(place.folder)).sort()).toEqual(["in", "list", "merged", basename(place.out)]);
  }
});

test("merged COCO results are those of --save coco", async () => {
  const place = await makePlace();
  await allShards(place, 2);
  const one = join(place.folder, "one");
  await runCli([
    "detect",
    "--list",
    place.list,
    ...MODEL,
    "--build",
    "plain",
    "--save",
    "coco",
    "--out",
    one,
  ]);
  const coco = join(place.folder, "coco");
  const { stdout, code } = await runCli(["merge", place.out, "--coco", coco]);
  expect([code, stdout]).toEqual([
    EXIT.fine,
    `5 images of 2 shards: ${coco}/coco-keypoints.json, ${coco}/coco-images.json\n`,
  ]);
  for (const name of await readdir(one))
    expect(await readFile(join(coco, name), "utf8")).toBe(await readFile(join(one, name), "utf8"));
});

test("eval takes a folder of shards, and checks it", async () => {
  const place = await makePlace(3);
  await allShards(place, 2);
  await place.merge();
  const truth = {
    images: [0, 1, 2].map((id) => ({ id, file_name: `${id}.png`, width: 24, height: 16 })),
    categories: [{ id: 1, name: "person" }],
    annotations: [
      {
        id: 1,
        image_id: 0,
        category_id: 1,
        bbox: [1, 1, 9, 9],
        area: 81,
        iscrowd: 0,
        num_keypoints: 1,
        keypoints: Array(51).fill(1),
      },
    ],
  };
  const annotations = join(place.folder, "truth.json");
  await writeFile(annotations, JSON.stringify(truth));
  const evaluated = (results: string) =>
    runCli(["eval", "--annotations", annotations, "--results", results, "--json", "-"]);
  const expected = await evaluated(join(place.folder, "merged"));
  expect(expected.code).toBe(EXIT.fine);
  expect(await evaluated(place.out)).toEqual(expected);
  await rm(join(place.out, NAME(1, 2)));
  expect((await evaluated(place.out)).stderr).toMatch(
    /option --results .*shards: expected 2 shards, got none for the shard 1\.\n$/,
  );
  expect((await evaluated(join(place.folder, "in"))).stderr).toMatch(
    /expected shards as detect --shard writes them/,
  );
});

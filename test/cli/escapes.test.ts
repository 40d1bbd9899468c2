import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeSafetensors } from "../../src/checkpoints/safetensors/writeSafetensors.ts";
import { ImageError, oneLine } from "../../src/errors.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

/** Every control character, separator and direction character, and half a surrogate pair. */
const HOSTILE = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i),
  0x61c,
  ...[0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  ...[0x2066, 0x2067, 0x2068, 0x2069],
  0xd800,
].map((code) => String.fromCharCode(code));
const HARMLESS = "Az 09 ~ \u00a0é写真 👩‍🚀 עברית \\n";

test("hostile characters become escapes, and no others", () => {
  for (const character of HOSTILE) {
    const escaped = oneLine(`a${character}b`);
    expect(escaped).toMatch(/^a\\(u[0-9a-f]{4}|[nrt])b$/);
    expect(JSON.parse(`"${escaped}"`)).toBe(`a${character}b`);
  }
  expect(oneLine(HARMLESS)).toBe(HARMLESS);
});

test("an error's message has them too, and ends", () => {
  const text = HOSTILE.join("");
  const { message } = new ImageError({ where: text, expected: text, got: "x".repeat(1e6), hint: text });
  expect(message).not.toMatch(hostileBut(""));
  expect(message.length).toBeLessThan(10_000);
});

/** Matches a hostile character other than those that are allowed. */
function hostileBut(allowed: string): RegExp {
  const left = HOSTILE.filter((character) => !allowed.includes(character));
  return new RegExp(
    `[${left.map((character) => `\\u{${character.charCodeAt(0).toString(16)}}`).join("")}]`,
    "u",
  );
}

/** The progress bar moves the cursor and erases its line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const PROGRESS = /\u001b\[[\d;?]*[A-Za-z]|\r/g;

// A file name cannot hold a zero, a slash or half a surrogate pair.
const NAME = `x${HOSTILE.filter((character) => !"\u0000\ud800".includes(character)).join("")}`;
// The names of a folder have at most 255 bytes.
const NAMES = [NAME.slice(0, 40), NAME.slice(40)].map((name) => `${name}.png`);

test.skipIf(process.platform === "win32")("no output of a run holds hostile characters", async () => {
  const folder = await temporaryFolder();
  for (const name of NAMES) {
    await mkdir(join(folder, "in", name.slice(0, 30)), { recursive: true });
    await writeFile(join(folder, "in", name), EMPTY_PICTURE);
    await writeFile(join(folder, "in", `broken${name}`), "no image");
    await writeFile(join(folder, "in", name.slice(0, 30), name), EMPTY_PICTURE);
  }
  const common = ["detect", `${folder}/in`, "--model", "movenet-lightning", "--score", "0"];
  const outcomes = [
    await runCli([...common, "--out", join(folder, "out")], { terminal: 80 }),
    await runCli([...common, "--no-draw", "--json", "-"]),
    await runCli(["detect", `${folder}/${NAMES[0]}`, "--no-draw"]),
    await runCli(["inspect", `${folder}/${NAMES[0]}`]),
    await runCli(["verify", "--golden", `${folder}/${NAMES[0]}`, "--weights", NAMES[1]]),
    await runCli(["convert", NAMES[0], "-o", NAMES[1]]),
    await runCli(["pull", NAMES[0]]),
    await runCli([NAMES[0]]),
  ];
  for (const { stdout, stderr } of outcomes) {
    const text = (stdout + stderr).replace(PROGRESS, "");
    expect(text).not.toMatch(hostileBut("\n"));
  }
  expect(await readdir(join(folder, "out"))).toHaveLength(4);
  const lines = outcomes[1].stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(6);
  expect(lines.map((line) => JSON.parse(line).image)).toContain(join(folder, "in", NAMES[0]));
});

test("names and labels of weights are printed with escapes", async () => {
  const folder = await temporaryFolder();
  const name = HOSTILE.join("").replace("\ud800", "");
  const tensors = new Map([[name, { shape: [1], data: Float32Array.of(1) }]]);
  const metadata = new Map([[`key${name}`, `value${name}`]]);
  const { pieces } = writeSafetensors(tensors, metadata, { dtype: "F32" });
  await write(folder, { "w.safetensors": Buffer.concat([...pieces]) });
  for (const flags of [[], ["--json"]]) {
    const { code, stdout } = await runCli(["inspect", join(folder, "w.safetensors"), ...flags]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(hostileBut("\n"));
    expect(stdout).toContain("\\u202e");
  }
  const { stdout } = await runCli(["inspect", join(folder, "w.safetensors"), "--json"]);
  expect(JSON.parse(stdout).rows[0].name).toBe(name);
  const refused = await runCli(["detect", "x.jpg", "--no-draw", "--weights", join(folder, "w.safetensors")]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).not.toMatch(hostileBut("\n"));
});

import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { temporaryFolder } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const CASES = join(OWN_GOLDENS, "tfjs/movenet-lightning");

test("verify runs a folder of cases and gives 0 where all are within their tolerance", async () => {
  const chart = join(await temporaryFolder(), "new/chart.svg");
  const { code, stdout, stderr } = await runCli([
    ...["verify", "movenet-lightning", "--golden", CASES, "--chart", chart],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const svg = await readFile(chart, "utf8");
  expect(svg.match(/<g><title>/g)).toHaveLength(19);
  expect(svg).toContain("rms");
  expect(stdout).toMatch(/\nall 19 taps within tolerance\n\n1 case within tolerance\n$/);
});

test("verify names the first tap that is beyond, and gives 4", async () => {
  const folder = join(await temporaryFolder(), "case");
  await cp(join(CASES, "grace-hopper"), folder, { recursive: true });
  const file = join(folder, "case.json");
  const description = JSON.parse(await readFile(file, "utf8"));
  description.tolerance.head = { spread: 0 };
  await writeFile(file, JSON.stringify(description));
  const { code, stdout, stderr } = await runCli(["verify", "movenet-lightning", "--golden", folder]);
  expect({ code, stderr }).toEqual({ code: 4, stderr: "" });
  expect(stdout).toMatch(/\n4 of 19 taps beyond; first head\.center .*expected -?\d\S*, got -?\d/);
  expect(stdout).toMatch(/\n1 of 1 case beyond tolerance\n$/);
});

test("a chart overwrites nothing that is read, and is not begun in vain", async () => {
  const folder = join(await temporaryFolder(), "case");
  await cp(join(CASES, "grace-hopper"), folder, { recursive: true });
  const call = (chart: string) =>
    runCli(["verify", "movenet-lightning", "--golden", folder, "--chart", chart]);
  const overwriting = await call(join(folder, "case.json"));
  expect(overwriting.code).toBe(1);
  expect(overwriting.stderr).toMatch(/option --chart: expected a name ending in \.svg, got .*case\.json/);
  await mkdir(join(folder, "folder.svg"));
  const { code, stdout, stderr } = await call(join(folder, "folder.svg"));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/option --chart .*: expected a/);
});

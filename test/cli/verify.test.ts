import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { temporaryFolder } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

const CASES = join(OWN_GOLDENS, "tfjs/movenet-lightning");

test("verify runs a folder of cases and gives 0 where all are within their tolerance", async () => {
  const { code, stdout, stderr } = await runCli(["verify", "movenet-lightning", "--golden", CASES]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
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

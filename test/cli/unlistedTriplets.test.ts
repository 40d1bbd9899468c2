import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OWN_GOLDENS } from "../support/goldens.ts";
import { syntheticStateDict } from "../support/syntheticCheckpoint.ts";
import { torchSave } from "../support/torchSave.ts";
import { temporaryFolder } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

// A network of triplets that is none of the published ones, in a file that torch.save could have written.
const TINY = join(OWN_GOLDENS, "triplet/centernet-tiny");
const bytes = await torchSave(await syntheticStateDict(TINY));

async function tinyFile(): Promise<string> {
  const file = join(await temporaryFolder(), "tiny.pkl");
  await writeFile(file, bytes);
  return file;
}

test("describe tells of the network that a state dict's variables show", async () => {
  const file = await tinyFile();
  const { code, stdout, stderr } = await runCli(["describe", "--weights", file, "--size", "255x127"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^centernet-triplets at 255x127: Hourglass of 2 x 5 levels, triplets\n/);
  // As checkpoint.json counts them; 4.9 GFLOPs are the case's.
  expect(stdout).toMatch(
    /\ntrainable parameters +2,799,380\nstored numbers +2,811,012\n.*\(4\.858 GFLOPs\)\n$/,
  );
  const plan = await runCli(["describe", "--weights", file, "--memory", "--json", "--threads", "1"]);
  expect(JSON.parse(plan.stdout)).toMatchObject({ model: "centernet-triplets", input: { width: 511 } });
});

test("describe refuses weights that are not all of a network, or another's than was asked for", async () => {
  const whole = await syntheticStateDict(TINY);
  const rest = new Map([...whole.variables].filter(([key]) => key !== "module.ct_heats.1.1.bias"));
  const file = join(await temporaryFolder(), "cut.pkl");
  await writeFile(file, await torchSave({ ...whole, variables: rest }));
  const { code, stdout, stderr } = await runCli(["describe", "--weights", file]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(
    /parameters of centernet-triplets, got .*: missing heads\.center\.heatmap\.out\.bias /,
  );

  const other = await runCli(["describe", "centernet-52", "--weights", await tinyFile()]);
  expect(other).toMatchObject({ code: 2, stdout: "" });
  expect(other.stderr).toMatch(
    /expected the 531 parameters of centernet-52, got 842, with these differences/,
  );
});

test("verify runs a golden case on the network that the weights show, converted or not", async () => {
  const file = await tinyFile();
  const converted = join(await temporaryFolder(), "tiny.safetensors");
  expect(await runCli(["convert", file, "-o", converted])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/tiny\.safetensors: centernet-triplets\n842 variables, /),
  });
  for (const weights of [file, converted]) {
    const args = ["verify", "--weights", weights, "--golden", join(TINY, "small"), "--backend", "wasm"];
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\nall 48 taps within tolerance\n\n1 case within tolerance\n$/);
  }
});

test("verify without a name refuses a case of another model than the weights'", async () => {
  const lightning = join(OWN_GOLDENS, "tfjs/movenet-lightning/grace-hopper");
  const { code, stderr } = await runCli(["verify", "--weights", await tinyFile(), "--golden", lightning]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/: expected a case of centernet-triplets, got one of movenet-lightning\.\n$/);
  const weights = new URL("../../weights/movenet-lightning.safetensors", import.meta.url).pathname;
  const other = await runCli(["verify", "--weights", weights, "--golden", join(TINY, "small")]);
  expect(other).toMatchObject({ code: 1, stdout: "" });
  expect(other.stderr).toMatch(/: expected a case of movenet-lightning, got one of CenterNet-tiny\.\n$/);
  expect(await runCli(["verify", "--weights", weights, "--golden", lightning])).toMatchObject({ code: 0 });
});

test("a file that bears the name of a published model is described as what it holds, with a note", async () => {
  const file = join(await temporaryFolder(), "CenterNet-104_480000.pkl");
  await cp(await tinyFile(), file);
  const { code, stderr } = await runCli(["describe", "--weights", file]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "centernet: the name says centernet-104, the file holds centernet-triplets\n",
  });
});

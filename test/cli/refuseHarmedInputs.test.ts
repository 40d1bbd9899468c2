import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EXIT } from "../../src/cli/failures.ts";
import { refuseHarmedInputs } from "../../src/cli/files/refuseHarmedInputs.ts";
import { EMPTY_PICTURE, temporaryFolder, write } from "./support/folders.ts";
import { runCli } from "./support/runCli.ts";

interface Outputs {
  readonly file?: string;
  readonly folder?: string;
}

function check(image: string, { file, folder }: Outputs): () => void {
  const uses = file === undefined ? [] : [{ path: file, role: "output" as const, name: `output ${file}` }];
  const folders = folder === undefined ? [] : [{ folder, flag: "--out" }];
  return () => refuseHarmedInputs([{ path: image, relativePath: image }], uses, folders);
}

test("an image below a folder of outputs is refused, whichever path leads there", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "out/in/a.jpg": "" });
  await symlink("out/in", join(folder, "photos"));
  await symlink("out", join(folder, "results"));
  for (const image of ["out/in/a.jpg", "photos/a.jpg", "photos/missing.jpg"])
    for (const out of ["out", "results", "photos", "."])
      expect(check(join(folder, image), { folder: join(folder, out) })).toThrow(
        /a\.jpg|missing\.jpg below it\. Choose/,
      );
  for (const out of ["new", "photos/new"])
    check(join(folder, "photos/a.jpg"), { folder: join(folder, out) })();
  check("https://h.org/a.jpg", { folder: "." })();
});

test("an output at the place of an image is refused, and at that of its link", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in/a.jpg": "" });
  await symlink("in", join(folder, "photos"));
  await symlink("in/a.jpg", join(folder, "link.jpg"));
  const image = join(folder, "photos/a.jpg");
  for (const file of ["in/a.jpg", "photos/A.jpg", "link.jpg"])
    expect(check(image, { file: join(folder, file) })).toThrow(
      /expected a path that nothing else uses, got that of image/,
    );
  for (const file of ["in/b.jpg", "a.jpg"]) check(image, { file: join(folder, file) })();
});

test("a run of very many images is checked before anything is loaded", async () => {
  const folder = await temporaryFolder();
  await write(folder, { "in/a.png": EMPTY_PICTURE });
  const names = Array.from({ length: 10_001 }, (_, i) => join(folder, "in", `${i}.jpg`));
  const list = join(folder, "list");
  await writeFile(list, names.join("\n"));
  await mkdir(join(folder, "crops"));
  const args = ["detect", "--list", list, "--model", "movenet-lightning"];
  for (const [options, message] of [
    [
      ["--out", folder],
      /option --out .*: expected a folder without images of this run, .* got .*in\/0\.jpg below it\./,
    ],
    [["--no-draw", "--crops", join(folder, "in")], /option --crops .*in\/0\.jpg below it\./],
    [["--no-draw", "--json", names[77]], /option --json .*77\.jpg: expected a path that nothing else uses/],
    [
      ["--no-draw", "--json", list],
      /option --json .*: expected a path that nothing else uses, got that of list/,
    ],
  ] as const) {
    const outcome = await runCli([...args, ...options]);
    expect(outcome).toMatchObject({ code: EXIT.usage, stdout: "" });
    expect(outcome.stderr).toMatch(message);
  }
});

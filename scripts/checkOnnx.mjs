// Exports models as ONNX and checks the files with onnx.checker and ONNX Runtime, against golden cases and against what
// `wasm` computes. Usage: node scripts/checkOnnx.mjs [names of models; default: two small ones]. What is compared and how
// closely: onnx/cases.ts and onnx/check.py. CENTERNET_PYTHON names a Python that has onnx and onnxruntime; else a
// virtual environment with pinned versions is made.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withBundles } from "./withBundles.mjs";

const PINNED = ["numpy==2.3.5", "onnx==1.23.2", "onnxruntime==1.32.0"];
const DEFAULT = ["movenet-lightning", "centernet_mobilenetv2fpn_512x512_coco17_od"];

const given = process.argv.slice(2);
const files = mkdtempSync(join(tmpdir(), "centernet-onnx-"));
try {
  await withBundles(async (importBundled) => {
    const { writeCase } = await importBundled("scripts/onnx/cases.ts");
    const python = process.env.CENTERNET_PYTHON ?? environment(files);
    const failed = [];
    for (const name of given.length > 0 ? given : DEFAULT) {
      const folder = join(files, name);
      mkdirSync(folder);
      await writeCase(name, folder);
      try {
        execFileSync(python, ["scripts/onnx/check.py", folder], { stdio: "inherit" });
      } catch {
        failed.push(name);
      }
      rmSync(folder, { recursive: true });
    }
    if (failed.length > 0) {
      console.error(`checkOnnx: beyond tolerance: ${failed.join(", ")}`);
      process.exitCode = 1;
    }
  });
} finally {
  rmSync(files, { recursive: true });
}

/** A new virtual environment's Python. */
function environment(folder) {
  const home = join(folder, "python");
  execFileSync("python3", ["-m", "venv", home], { stdio: "inherit" });
  const python = join(home, "bin", "python");
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PINNED], {
    stdio: "inherit",
  });
  return python;
}

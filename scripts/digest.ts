/**
 * Prints a SHA-256 for every output and every node of every network, and for the detections on photos.
 * Compare the digests from before and after a refactoring that must not change a single bit:
 *
 *     node scripts/digest.mjs > before.txt
 *     (change the code)
 *     node scripts/digest.mjs --check before.txt
 *
 * The second command prints each line that differs, is missing or is new, and exits with 4 if there is any.
 * Both runs need the same machine and the same version of Node: relaxed SIMD rounds differently on another
 * processor, and some kernels call the JavaScript engine's Math functions.
 *
 *     --only PATTERN  runs only the jobs whose "<model> <variant>" matches this regular expression
 *     --check FILE    compares with FILE instead of printing digests
 *     --list          prints the jobs without running them
 *
 * A line is `<sha256>  <model> <variant> <kind> <name>`. These are the kinds:
 *
 *     output       an output of the network, from a run without taps, so that layers are fused as in real use
 *     tap          the value of a node, from a second run that taps every node of the graph
 *     input        what the network receives for a photo; `cat.png/2/image` is its second view of the photo
 *     detections   what `detect` returns for a photo at score 0, as JSON with all digits and sorted keys
 *     explanation  the explanation that comes with the detections, in the same form
 *
 * movenet-lightning and movenet-multipose use their weights from weights/. All other weights, and the inputs
 * of the first two runs, come from a formula. Inputs are 128 pixels wide and high, or 127 for triplets;
 * MoveNets have their default size on `wasm`. The names of the `wasm` variants give the build of the
 * WebAssembly module, the number of threads and the options; `unfused` runs the graph as the model declares
 * it, one op at a time.
 *
 * `wgsl` needs CENTERNET_WEBGPU, the folder of the npm package webgpu, and a driver (see
 * test/support/dawn.ts). Without it, `wgsl` is skipped with a note, and --check reports its lines as
 * missing.
 *
 * The whole run takes about ten minutes on two cores, mostly on one of them; `--only wasm-` and
 * `--only "(cpu|webasm|reference|wgsl)$"` can run at the same time. Some combinations are left out:
 *
 * - The Hourglass-104 networks run in two `wasm` variants, which differ in every option but
 *   `unfused`. The ResNets, centernet-52 and movenet-thunder run in four, the other MoveNets and the zoo's
 *   MobileNetV2s in all twelve.
 * - `cpu` runs movenet-lightning and movenet-multipose, the zoo's MobileNetV2s and the ResNet-50 V2 without
 *   keypoints.
 * - `webasm` runs the MoveNets, the zoo's MobileNetV2s, both ResNet-50s without keypoints, and centernet-52.
 * - `wgsl` runs the zoo's MobileNetV2s, movenet-lightning and movenet-multipose.
 * - The plain reference executor runs the zoo's MobileNetV2s.
 * - `cpu`, `webasm` and the reference executor detect no photos: they take no part in preprocessing or
 *   decoding. Only the first variant of a model detects all its photos; the others detect one.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { MODELS } from "../src/index.ts";
import { installDawn } from "../test/support/dawn.ts";
import { type Job, runJob } from "./digest/runJob.ts";
import { variantsOf } from "./digest/variants.ts";

// Node 20 has relaxed SIMD only behind this flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    check: { type: "string" },
    list: { type: "boolean", default: false },
  },
});
const jobs = chosenJobs(new RegExp(flags.only));
if (flags.list) for (const { key } of jobs) console.log(key);
else if (flags.check === undefined) await runAll((line, digest) => console.log(`${digest}  ${line}`));
else await compare(readFileSync(flags.check, "utf8"));

/** `wgsl` comes last, because gpu.js would find the WebGPU that is installed for it. */
function chosenJobs(only: RegExp): Job[] {
  const all = MODELS.flatMap((model) =>
    variantsOf(model).map((variant) => ({ key: `${model.name} ${variant.name}`, model, variant })),
  );
  const usesGpu = ({ variant }: Job) => variant.options?.backend === "wgsl";
  return [...all.filter((job) => !usesGpu(job)), ...all.filter(usesGpu)].filter(({ key }) => only.test(key));
}

async function runAll(take: (line: string, digest: string) => void): Promise<void> {
  for (const job of jobs) {
    const { key, variant } = job;
    const start = performance.now();
    if (variant.options?.backend === "wgsl" && !(await installDawn())) {
      console.error(`${key}: left out, as there is no WebGPU`);
      continue;
    }
    await runJob(job, (kind, name, digest) => take(`${key} ${kind} ${name}`, digest));
    console.error(`${key}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}

async function compare(text: string): Promise<void> {
  const keys = new Set(jobs.map(({ key }) => key));
  const rows = text.split("\n").map((row) => row.split("  ") as [digest: string, line: string]);
  const expected = new Map(
    rows.filter(([, line]) => line && keys.has(keyOf(line))).map(([digest, line]) => [line, digest]),
  );
  let [equal, faults] = [0, 0];
  const report = (fault: string, line: string) => {
    faults++;
    console.log(`${fault}  ${line}`);
  };
  await runAll((line, digest) => {
    const before = expected.get(line);
    expected.delete(line);
    if (before === digest) equal++;
    else report(before === undefined ? "new" : "differs", line);
  });
  for (const line of expected.keys()) report("missing", line);
  console.log(`${equal} digests are equal, ${faults} are not`);
  if (faults > 0) process.exitCode = 4;
}

function keyOf(line: string): string {
  return line.split(" ", 2).join(" ");
}

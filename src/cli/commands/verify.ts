import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { systemMessage, UsageError } from "../../errors.ts";
import type { Backend } from "../../executors/backends.ts";
import type { Precision, WasmBuild } from "../../kernels/kernel.ts";
import { modelNamed } from "../../models/models.ts";
import { readRegularFile } from "../../platform/regularFile.ts";
import { formatReport } from "../../verify/formatReport.ts";
import { type GoldenCase, readGoldenCase } from "../../verify/goldenCase.ts";
import { reportChart } from "../../verify/report/reportChart.ts";
import { reportJson } from "../../verify/report/reportJson.ts";
import type { Truth } from "../../verify/truth/truth.ts";
import type { CaseReport } from "../../verify/verifyCase.ts";
import { verifyModel } from "../../verify/verifyModel.ts";
import {
  backendOption,
  buildOption,
  checkNamesModel,
  lowMemoryOption,
  parsePath,
  parsePathEnding,
  precisionOption,
  threadsOption,
  valueOption,
  weightsOption,
} from "../arguments/options.ts";
import { EXIT } from "../failures.ts";
import { outputTarget } from "../files/outputTarget.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { foreignTruth, openTruth } from "../files/truthFile.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import { print, printJson, type Session } from "../io.ts";
import { formatCounted } from "../terminal/formatNumber.ts";

const HELP = `
A golden case holds what the original implementation computed: a case.json and
its tensors. Every tap is compared in the network's order; the exit code is 4 if
one exceeds the case's tolerance.

Without a model's name, --weights decides which model it is, or else the case if
it is generic: values of any framework under this project's layer names, as
docs/golden-cases.md describes. This also verifies triplet networks that were
never published.

If float64.safetensors lies beside a case, or --truth gives such a file, each
tap's RMS error against float64 is printed beside the original's own, and the
ratio of the two. Tensors are named by taps or layers.

With --json each case is one line:
  { name, model, source, pass, firstBeyond?, ranOn, truth?: { taps, worst,
    median, atMost1 }, taps: [ { name, role, shape, pass, unfused, measure,
    largest, rms, ratio, tolerance, worst?, problem?, truth?: { rms, max,
    original: { rms, max }, ratio } } ] }

Examples:
  cd test/goldens/tfjs
  centernet verify movenet-multipose --golden movenet-multipose
  centernet verify movenet-thunder --weights movenet-thunder.safetensors \\
    --golden movenet-thunder/grace-hopper --backend cpu`;

interface VerifyFlags {
  readonly golden: string;
  readonly chart?: string;
  readonly truth?: string;
  readonly json?: boolean;
  readonly weights?: string;
  readonly backend?: Backend;
  readonly precision?: Precision;
  readonly threads?: number;
  readonly build?: WasmBuild;
  readonly lowMemory?: boolean;
}

export function addVerify(program: Command, session: Session): void {
  const golden = valueOption("--golden <folder>", "a golden case, or a folder of golden cases", parsePath);
  program
    .command("verify")
    .description("Compare a model with golden cases, tap by tap.")
    .argument(
      "[model]",
      "name of the model, see centernet models (default: the one that the weights belong to)",
    )
    .addOption(golden.makeOptionMandatory())
    .addOption(
      valueOption("--chart <file>", "draw the differences of all taps as an SVG", parsePathEnding(".svg")),
    )
    .addOption(
      valueOption(
        "--truth <file>",
        "the taps in float64, as safetensors: errors are compared with the original's",
        parsePath,
      ),
    )
    .option("--json", "print one JSON object per case instead")
    .addOption(weightsOption())
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(buildOption())
    .addOption(precisionOption())
    .addOption(lowMemoryOption())
    .addHelpText("after", HELP)
    .action((name: string | undefined, flags: VerifyFlags) => verify(name, flags, session));
}

async function verify(name: string | undefined, flags: VerifyFlags, session: Session): Promise<void> {
  const model = name === undefined ? undefined : modelNamed(name).name;
  const { weights, backend, threads, build, precision, lowMemory } = flags;
  const memory = lowMemory ? ("low" as const) : undefined;
  const options = { weights, backend, threads, build, precision, memory, signal: session.signal };
  const folders = await findCases(flags.golden);
  await checkChart(name, flags, folders);
  const truth = flags.truth === undefined ? undefined : await openTruth(flags.truth);
  const reports: CaseReport[] = [];
  for (const folder of folders) {
    session.signal.throwIfAborted();
    const readImageFile = (file: string) => readImage(folder, file);
    const found = await openCase(folder);
    const golden = truth ? { ...found, truth } : found;
    if (golden.family !== "generic" || golden.model === undefined) checkNamesModel(name, weights);
    const report = await verifyModel(model, golden, options, readImageFile);
    checkTruth(truth, report);
    reports.push(report);
    if (flags.json) {
      printJson(session, reportJson(report));
      continue;
    }
    for (const line of formatReport(report).split("\n")) print(session, line);
    print(session, "");
  }
  if (flags.chart !== undefined) {
    await writeOutput(flags.chart, reportChart(reports), `option --chart ${flags.chart}`);
  }
  const beyond = reports.filter(({ pass }) => !pass).length;
  const cases = formatCounted(folders.length, "case");
  if (!flags.json)
    print(session, beyond === 0 ? `${cases} within tolerance` : `${beyond} of ${cases} beyond tolerance`);
  if (beyond > 0) session.exitCode = EXIT.verification;
}

/** @throws UsageError for a chart that cannot be written, or would overwrite what is read. */
async function checkChart(
  model: string | undefined,
  { chart, weights, truth }: VerifyFlags,
  folders: readonly string[],
): Promise<void> {
  if (chart === undefined) return;
  const name = `option --chart ${chart}`;
  const truthUse =
    truth === undefined ? [] : [{ path: truth, role: "input", name: `option --truth ${truth}` } as const];
  const files = await Promise.all(
    folders.map((folder) => readdir(folder).then((all) => all.map((file) => join(folder, file)))),
  );
  refuseOverwriting([
    ...(await weightsUses(weights, model)),
    ...files.flat().map((path) => ({ path, role: "input", name: `golden case ${path}` }) as const),
    ...truthUse,
    { path: chart, role: "output", name },
  ]);
  await outputTarget(chart, name);
}

/** The folder itself if it is a case, else the cases directly in it, sorted. */
async function findCases(folder: string): Promise<string[]> {
  if (await isCase(folder)) return [folder];
  const names = await readdir(folder).catch((error: unknown) => {
    const fault = { where: folder, expected: "a folder of golden cases", got: systemMessage(error) };
    throw new UsageError(fault, { cause: error });
  });
  const cases: string[] = [];
  for (const name of names.sort()) {
    if (await isCase(join(folder, name))) cases.push(join(folder, name));
  }
  if (cases.length > 0) return cases;
  const got = "no case.json in it or in its folders";
  throw new UsageError({ where: folder, expected: "a golden case or a folder of cases", got });
}

async function isCase(folder: string): Promise<boolean> {
  const info = await stat(join(folder, "case.json")).catch(() => undefined);
  return info?.isFile() ?? false;
}

/** @throws UsageError if the given float64 values are those of no tap. */
function checkTruth(truth: Truth | undefined, { name, taps }: CaseReport): void {
  if (!truth || taps.some((tap) => tap.truth)) return;
  throw foreignTruth(truth, `tensors named as taps of ${name}, such as ${taps[0].name}`);
}

async function openCase(folder: string): Promise<GoldenCase> {
  return readGoldenCase((name) => readRegularFile(join(folder, name)), folder);
}

/** Reads the image that a case names, from the case's folder or from `samples` of a clone. */
async function readImage(folder: string, file: string): Promise<Uint8Array> {
  const name = basename(file);
  const places = [join(folder, name), join("samples", name)];
  for (const place of places) {
    const bytes = await readRegularFile(place).catch(() => undefined);
    if (bytes) return bytes;
  }
  throw new UsageError({ where: folder, expected: `its image as ${places.join(" or ")}`, got: "neither" });
}

import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { valueOption } from "../src/cli/arguments/options.ts";
import type { Io } from "../src/cli/io.ts";
import { formatTable } from "../src/cli/terminal/table.ts";
import { UsageError } from "../src/errors.ts";
import { checkInputSize } from "../src/models/model.ts";
import { modelNamed } from "../src/models/models.ts";
import { BUILDS, type Build } from "./engines/engine.ts";
import { type BenchNetwork, networkNamed } from "./networks.ts";
import { countUpTo, listOption, oneOf } from "./options.ts";
import { RESULTS } from "./paths.ts";
import { progressLine } from "./progressLine.ts";
import { describeMachine, machineAndVersions } from "./results.ts";
import { measureScaling, type ScalingRow } from "./scaling.ts";
import { scalingChart } from "./scalingChart.ts";

const DEFAULT_NETWORK = "hourglass-104";
const DEFAULT_SIZES = [256, 384, 512, 640, 768, 896, 1024];
const MAX_SIZE = 4096;
const MAX_RUNS = 100;

interface ScalingFlags {
  readonly network?: BenchNetwork;
  readonly sizes?: readonly number[];
  readonly threads?: readonly number[];
  readonly build?: Build;
  readonly runs?: number;
}

export function addScaling(program: Command, io: Io): void {
  const cores = availableParallelism();
  program
    .command("scaling")
    .description("Chart centernet's time and memory against the input's size and the number of threads.")
    .addOption(
      valueOption("--network <name>", `network to measure (default: ${DEFAULT_NETWORK})`, networkNamed),
    )
    .addOption(
      listOption("--sizes <pixels>", `sides of the input (default: ${DEFAULT_SIZES})`, countUpTo(MAX_SIZE)),
    )
    .addOption(
      listOption(
        "--threads <counts>",
        "numbers of threads (default: 1 to the number of cores)",
        countUpTo(cores),
      ),
    )
    .addOption(
      valueOption("--build <build>", `one of ${BUILDS.join(", ")} (default: relaxed)`, oneOf(BUILDS)),
    )
    .addOption(
      valueOption("--runs <n>", "runs per size, after one to warm up (default: 1)", countUpTo(MAX_RUNS)),
    )
    .addHelpText("after", "\nWrites scaling-<network>.svg and .json to bench/results.")
    .action((flags: ScalingFlags) => scaling(flags, io));
}

async function scaling(flags: ScalingFlags, io: Io): Promise<void> {
  const network = flags.network ?? networkNamed(DEFAULT_NETWORK, "--network");
  const options = {
    network,
    sizes: flags.sizes ?? DEFAULT_SIZES,
    threads: flags.threads ?? Array.from({ length: availableParallelism() }, (_, index) => index + 1),
    build: flags.build ?? ("relaxed" as const),
    runs: flags.runs ?? 1,
  };
  checkSizes(options);
  const { report, hide } = progressLine(io.stderr);
  const rows: ScalingRow[] = [];
  for await (const row of measureScaling(options, io.signal, report)) rows.push(row);
  hide();
  io.stdout.write(`${describeMachine()}\n`);
  for (const line of tableOf(rows)) io.stdout.write(`${line}\n`);

  await mkdir(RESULTS, { recursive: true });
  const path = join(RESULTS, `scaling-${network.name}`);
  const title = `${network.title}, ${options.build}${options.build === "relaxed" || options.build === "plain" ? " SIMD" : ""}`;
  await writeFile(`${path}.svg`, scalingChart(rows, title));
  await writeFile(`${path}.json`, `${JSON.stringify({ ...machineAndVersions(), rows }, null, 2)}\n`);
  io.stderr.write(`written to ${path}.svg and .json\n`);
}

/** @throws UsageError for a size that the model does not support, before anything is measured. */
function checkSizes({ network, sizes }: { network: BenchNetwork; sizes: readonly number[] }): void {
  const model = modelNamed(network.model);
  if (model.sizedByImage) {
    throw new UsageError({
      where: "option --network",
      expected: "a network whose size can be chosen",
      got: network.name,
    });
  }
  for (const size of sizes) checkInputSize(model, { height: size, width: size });
}

function tableOf(rows: readonly ScalingRow[]): string[] {
  const headings = ["size", "threads", "ms", "GFLOP/s", "MB"];
  return formatTable(
    headings.map((heading) => ({ heading, align: "right" })),
    rows.map(({ size, threads, ms, multiplyAdds, peakMemoryMB }) => [
      `${size}`,
      `${threads}`,
      ms.toFixed(0),
      ((2 * multiplyAdds) / ms / 1e6).toFixed(1),
      peakMemoryMB.toFixed(0),
    ]),
  );
}

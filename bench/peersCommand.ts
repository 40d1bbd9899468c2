import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { parsePath, valueOption } from "../src/cli/arguments/options.ts";
import type { Io } from "../src/cli/io.ts";
import { formatTable } from "../src/cli/terminal/table.ts";
import { BackendError, UsageError } from "../src/errors.ts";
import { chromiumPath, NO_CHROMIUM } from "../test/browser/chromium.ts";
import { BUILDS, type Build } from "./engines/engine.ts";
import {
  type BenchNetwork,
  isPythonPeer,
  NETWORKS,
  networkNamed,
  PEERS,
  type PeerName,
  PYTHON_PEERS,
} from "./networks.ts";
import { countUpTo, listOption, oneOf } from "./options.ts";
import { measurePeers, type Row } from "./peers.ts";
import { progressLine } from "./progressLine.ts";
import { describeMachine, writeResults } from "./results.ts";
import { measureStartup, STARTUPS, type StartupRow, startupLine } from "./startup.ts";

const DEFAULT_BUILDS: readonly Build[] = ["plain", "relaxed"];
const DEFAULT_RUNS = 5;
const MAX_RUNS = 1000;

const HELP = `
Networks: ${NETWORKS.map(({ name }) => name).join(", ")}.
Each engine runs in its own process, and LiteRT.js in headless Chromium, in one
page with centernet. They take turns, and minima are compared. The peers in Python
need openvino, ai-edge-litert (XNNPACK), and torch with torchvision (DLA-34 alone).
If their outputs differ, there is no result. A full benchmark, without --only,
--threads, --against and --build, is written to bench/results.

Examples:
  npm run bench -- peers
  npm run bench -- peers --only hourglass-104 --threads 1,2 --runs 3
  npm run bench -- peers --only movenet-multipose --json -`;

interface PeersFlags {
  readonly only?: readonly BenchNetwork[];
  readonly threads?: readonly number[];
  readonly against?: readonly PeerName[];
  readonly build?: readonly Build[];
  readonly runs?: number;
  readonly json?: string;
  readonly python?: string;
}

export function addPeers(program: Command, io: Io): void {
  const cores = availableParallelism();
  program
    .command("peers")
    .description("Compare times and memory with other programs that run the same networks.")
    .addOption(listOption("--only <networks>", "only these networks, see below", networkNamed))
    .addOption(listOption("--threads <counts>", "threads per engine (default: 1,2)", countUpTo(cores)))
    .addOption(listOption("--against <peers>", `only these peers: ${PEERS.join(", ")}`, oneOf(PEERS)))
    .addOption(
      listOption(
        "--build <builds>",
        `builds of centernet: ${BUILDS.join(", ")} (default: plain,relaxed)`,
        oneOf(BUILDS),
      ),
    )
    .addOption(
      valueOption(
        "--python <program>",
        `a Python, for the peers ${PYTHON_PEERS.join(", ")} (default: without them)`,
        parsePath,
      ),
    )
    .addOption(valueOption("--runs <n>", `runs per engine (default: ${DEFAULT_RUNS})`, countUpTo(MAX_RUNS)))
    .addOption(valueOption("--json <->", "print one JSON object per row instead of the table", parseJson))
    .addHelpText("after", HELP)
    .action((flags: PeersFlags) => peers(flags, io));
}

function parseJson(text: string, where: string): string {
  if (text === "-") return text;
  throw new UsageError({ where, expected: "- (standard output)", got: text });
}

async function peers(flags: PeersFlags, io: Io): Promise<void> {
  const isFull = !(flags.only || flags.threads || flags.against || flags.build);
  const { runs = DEFAULT_RUNS } = flags;
  const options = {
    networks: flags.only ?? NETWORKS,
    threads: flags.threads ?? [1, 2].filter((count) => count <= availableParallelism()),
    builds: flags.build ?? DEFAULT_BUILDS,
    peers: peersOf(flags, io),
    runs,
    ...(flags.python && { python: flags.python }),
  };
  const { report, hide } = progressLine(io.stderr);
  const rows: Row[] = [];
  for await (const measured of measurePeers(options, io.signal, report)) {
    hide();
    rows.push(...measured);
    if (flags.json) for (const row of measured) io.stdout.write(`${JSON.stringify(row)}\n`);
  }
  const startups: StartupRow[] = [];
  if (isFull) {
    for (const build of options.builds) {
      startups.push(await measureStartup(build, STARTUPS, io.signal));
    }
    if (flags.json) for (const row of startups) io.stdout.write(`${JSON.stringify(row)}\n`);
  }
  if (!flags.json) {
    io.stdout.write(`${describeMachine()}; minima of ${runs} runs\n`);
    for (const line of [...tableOf(rows), ...startups.map(startupLine)]) io.stdout.write(`${line}\n`);
  }
  if (isFull) io.stderr.write(`written to ${await writeResults(rows, startups, runs)}\n`);
}

/**
 * Without Python its peers are left out, and without Chromium LiteRT.js.
 *
 * @throws UsageError or BackendError if the peers were asked for by name.
 */
function peersOf({ against, python }: PeersFlags, io: Io): readonly PeerName[] {
  const asked = (against ?? []).find(isPythonPeer);
  if (asked && !python) {
    const hint = "--python names the Python that has it.";
    throw new UsageError({ where: `peer ${asked}`, expected: "a Python", got: "none", hint });
  }
  if (!chromiumPath && against?.includes("litert-js")) {
    throw new BackendError({ where: "peer litert-js", expected: "Chromium", got: "none", hint: NO_CHROMIUM });
  }
  if (!chromiumPath && !against) io.stderr.write(`without LiteRT.js: ${NO_CHROMIUM}\n`);
  return (against ?? PEERS)
    .filter((peer) => !isPythonPeer(peer) || python)
    .filter((peer) => peer !== "litert-js" || chromiumPath);
}

function tableOf(rows: readonly Row[]): string[] {
  return formatTable(
    [
      { heading: "network", align: "left" },
      { heading: "size", align: "right" },
      { heading: "threads", align: "right" },
      { heading: "build", align: "left" },
      { heading: "ms", align: "right" },
      { heading: "total", align: "right" },
      { heading: "MB", align: "right" },
      { heading: "peer", align: "left" },
      { heading: "ms", align: "right" },
      { heading: "total", align: "right" },
      { heading: "MB", align: "right" },
      { heading: "ratio", align: "right" },
      { heading: "difference", align: "right" },
    ],
    rows.map((row) => [
      row.model,
      `${row.size}`,
      `${row.threads}`,
      row.build,
      milliseconds(row.ms),
      milliseconds(row.totalMs),
      row.memoryMB?.toFixed(0) ?? "",
      [row.peer ?? "", row.browser ?? []].flat().join(", "),
      milliseconds(row.peerMs),
      milliseconds(row.peerTotalMs),
      row.peerMemoryMB?.toFixed(0) ?? "",
      row.ratio?.toFixed(2) ?? "",
      row.unable ?? row.difference?.toExponential(1) ?? "",
    ]),
  );
}

function milliseconds(value: number | undefined): string {
  return value?.toFixed(value < 100 ? 1 : 0) ?? "";
}

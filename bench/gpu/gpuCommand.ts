import type { Command } from "commander";
import { valueOption } from "../../src/cli/arguments/options.ts";
import { type Io, print } from "../../src/cli/io.ts";
import { type Column, formatTable } from "../../src/cli/terminal/table.ts";
import { BackendError } from "../../src/errors.ts";
import { openDevice } from "../../src/executors/wgsl/device/openDevice.ts";
import { modelNamed } from "../../src/models/models.ts";
import { countUpTo, listOption, oneOf } from "../options.ts";
import { machineAndVersions, type Results } from "../results.ts";
import { openDawn } from "./dawn.ts";
import type { GpuNetwork } from "./gpuNetwork.ts";
import { keep, wantedNetworks } from "./gpuOptions.ts";
import { type HostTimes, hostTable, timeHost } from "./hostTimes.ts";
import {
  type KindTimes,
  type NetworkTimes,
  type TileTimes,
  timeGpujs,
  timeNetwork,
  timeTiles,
} from "./stages.ts";

const STAGES = ["networks", "host", "gpujs", "tiles"] as const;
type Stage = (typeof STAGES)[number];

const HELP = `
Runs wgsl in Node with the npm package webgpu, in the folder CENTERNET_WEBGPU.
bench/gpu/pack.sh makes a folder that does the same on a machine without Node and
network. Weights are synthetic: no time depends on them. Times are minima, in ms:
wall is from the input map to the output maps or, for models that need no more,
the peaks (column reads); gpu is on the GPU's clock; encode is the host's part.
Stages:
  networks  each network, and the kinds of its dispatches
  host      CPU time of an image: upload and encoding, submit(), and from the
            mapped buffer to the result; a software adapter counts as a graphics card
  gpujs     the kernels of gpu.js on the same GPU
  tiles     every distinct convolution with every tile

Examples:
  npm run bench -- gpu --only movenet-multipose --size 128 --runs 2
  npm run bench -- gpu --stages networks,tiles --json bench/results/gpu.json`;

interface GpuFlags {
  readonly only?: readonly string[];
  readonly stages?: readonly Stage[];
  readonly size?: number;
  readonly runs?: number;
  readonly budget?: number;
  readonly toggles?: readonly string[];
  readonly json?: string;
}

interface GpuResults extends Pick<Results, "date" | "machine" | "versions"> {
  /** Name, with the driver if the system reports it. */
  readonly adapter: string;
  readonly toggles: readonly string[];
  readonly runs: number;
  readonly networks: NetworkTimes[];
  readonly host: HostTimes[];
  readonly kinds: Record<string, readonly KindTimes[]>;
  readonly tiles: TileTimes[];
}

export function addGpu(program: Command, io: Io): void {
  program
    .command("gpu")
    .description("Measure wgsl on this machine's GPU: networks, kinds of layers, tiles.")
    .addOption(
      listOption(
        "--only <models>",
        "only these models, see centernet models",
        (name) => modelNamed(name).name,
      ),
    )
    .addOption(listOption("--stages <stages>", `some of ${STAGES.join(", ")} (default: all)`, oneOf(STAGES)))
    .addOption(
      valueOption("--size <pixels>", "side of the square input (default: the model's)", countUpTo(4096)),
    )
    .addOption(valueOption("--runs <n>", "runs per network (default: 20)", countUpTo(1000)))
    .addOption(
      valueOption("--budget <seconds>", "start no stage after this time (default: 480)", countUpTo(100_000)),
    )
    .addOption(listOption("--toggles <names>", "Dawn toggles to switch on", (name) => name))
    .addOption(valueOption("--json <file>", "write the results to this file", (path) => path))
    .addHelpText("after", HELP)
    .action((flags: GpuFlags) => gpu(flags, io));
}

async function gpu(flags: GpuFlags, io: Io): Promise<void> {
  const { stages = STAGES, runs = 20, budget = 480, toggles = [] } = flags;
  const until = performance.now() + budget * 1000;
  const api = await openDawn(toggles);
  const { device, name } = await openDevice(api);
  device.destroy();
  const results: GpuResults = {
    ...machineAndVersions(),
    adapter: name,
    toggles,
    runs,
    networks: [],
    host: [],
    kinds: {},
    tiles: [],
  };
  print(io, `${name}, Node ${process.version}, ${runs} runs each`);
  for (const network of wantedNetworks(flags)) {
    for (const stage of stages) {
      if (performance.now() > until) break;
      // A stage that fails must not cost the results of the others.
      await runStage(stage, network, { api, runs, until, results, io }).catch((error: unknown) => {
        io.signal.throwIfAborted();
        print(io, `${network.model} ${stage}: ${error instanceof Error ? error.message : error}`);
      });
      await keep(results, flags.json);
    }
  }
  const { networks, host, tiles } = results;
  if (networks.length > 0) print(io, formatTable(COLUMNS, networks.map(networkRow)).join("\n"));
  if (host.length > 0) print(io, hostTable(host).join("\n"));
  if (networks.length + host.length + tiles.length > 0) return;
  throw new BackendError({
    where: "bench gpu",
    expected: "a network or layer that could be measured",
    got: "none",
    hint: "The errors are above.",
  });
}

interface Call {
  readonly api: Awaited<ReturnType<typeof openDawn>>;
  readonly runs: number;
  readonly until: number;
  readonly results: GpuResults;
  readonly io: Io;
}

async function runStage(stage: Stage, network: GpuNetwork, call: Call): Promise<void> {
  const { api, runs, until, results, io } = call;
  switch (stage) {
    case "networks": {
      const { times, kinds } = await timeNetwork(api, network, runs, io.signal);
      results.networks.push(times);
      results.kinds[`${network.model} ${network.side}`] = kinds;
      print(io, `${network.model} ${network.side}: wall ${format(times.wall)}, gpu ${format(times.gpu)} ms`);
      for (const { kind, dispatches, milliseconds, teraflops } of kinds) {
        print(io, `  ${format(milliseconds)} ms  ${format(teraflops)} TFLOP/s  ${dispatches} x ${kind}`);
      }
      return;
    }
    case "host":
      results.host.push(await timeHost(api, network, runs, io.signal));
      return;
    case "gpujs": {
      const times = await timeGpujs(network, Math.min(runs, 5), io.signal);
      results.networks.push(times);
      print(io, `${network.model} ${network.side} on gpu.js: wall ${format(times.wall)} ms`);
      return;
    }
    case "tiles":
      await timeTiles(
        api,
        network,
        until,
        (times) => {
          results.tiles.push(times);
          const tried = times.tiles.map(({ tile, milliseconds }) => `${tile} ${format(milliseconds)}`);
          print(io, `  ${times.layer}: ${tried.join(", ")}`);
        },
        io.signal,
      );
  }
}

const COLUMNS: readonly Column[] = [
  { heading: "model", align: "left" },
  { heading: "size", align: "right" },
  { heading: "backend", align: "left" },
  { heading: "gpu", align: "right" },
  { heading: "wall", align: "right" },
  { heading: "reads", align: "left" },
  { heading: "encode", align: "right" },
  { heading: "prepare", align: "right" },
  { heading: "published", align: "right" },
];

function networkRow({ model, side, backend, gpu, wall, reads, encode, prepare }: NetworkTimes): string[] {
  const published = modelNamed(model).published?.milliseconds;
  const others = [encode, prepare, published].map(format);
  return [model, `${side}`, backend, format(gpu), format(wall), reads, ...others];
}

function format(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "-" : value.toPrecision(3);
}

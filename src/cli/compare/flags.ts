/** The flags of `centernet compare`, and the two runs that they ask for. */

import { existsSync } from "node:fs";
import { UsageError } from "../../errors.ts";
import { BACKENDS, type Backend, hasOption, unknownBackend } from "../../executors/backends.ts";
import type { Precision, WasmBuild } from "../../kernels/kernel.ts";
import type { InputSize } from "../../models/model.ts";
import type { NetworkOptions } from "../../network.ts";
import { systemPath } from "../../platform/pathBytes.ts";
import type { Layout } from "../../tensor.ts";

export interface CompareFlags {
  readonly model?: string;
  readonly weights?: string;
  readonly size?: InputSize;
  readonly backend?: Backend;
  readonly build?: WasmBuild;
  readonly precision?: Precision;
  readonly fuse?: boolean;
  readonly threads?: number;
  readonly lowMemory?: boolean;
  readonly with?: Partner;
  readonly withBuild?: WasmBuild;
  readonly withPrecision?: Precision;
  readonly withFuse?: boolean;
  readonly names?: string;
  readonly layout?: Layout;
  readonly taps?: readonly string[];
  readonly tolerance?: number;
  readonly score?: number;
  readonly list?: boolean;
  readonly json?: boolean;
  readonly chart?: string;
  readonly saveGolden?: string;
  readonly truth?: string;
}

/** What the first run is compared with. */
export type Partner = { readonly backend: Backend } | { readonly dump: string };

/** @throws UsageError for what is neither a backend's name nor looks like a path. */
export function parsePartner(text: string, where: string): Partner {
  const backend = BACKENDS.find((name) => name === text);
  if (backend) return { backend };
  if (/[./\\]/.test(text) || (text !== "" && existsSync(systemPath(text)))) return { dump: text };
  const expected = "a backend's name, or a file or folder of tensors";
  throw new UsageError({ ...unknownBackend(text, where), expected });
}

/** The path of the tensors that the first run is compared with, if there is one. */
export function dumpOf({ with: partner }: CompareFlags): string | undefined {
  return partner && "dump" in partner ? partner.dump : undefined;
}

/** @throws UsageError for flags that contradict each other. */
export function checkFlags(image: string | undefined, flags: CompareFlags): void {
  const { with: partner, list, names, layout } = flags;
  const refuse = (option: string, expected: string, got: string) => {
    throw new UsageError({ where: `option --${option}`, expected, got });
  };
  const ofSecond = {
    "with-build": flags.withBuild,
    "with-precision": flags.withPrecision,
    "with-fuse": flags.withFuse,
  };
  const set = Object.entries(ofSecond).filter(([, value]) => value !== undefined);
  const isDump = dumpOf(flags) !== undefined;
  if (isDump)
    for (const [option] of set) refuse(option, "to be used with a second backend", "tensors of a file");
  for (const [option, value] of Object.entries({ names, layout })) {
    if (value !== undefined && !isDump) refuse(option, "to be used with --with <file>", "no such file");
  }
  if (list) {
    if (image !== undefined) refuse("list", "to be used without an image", image);
    return;
  }
  if (!partner && set.length === 0) refuse("with", "a backend, or tensors of another program", "nothing");
  if (image !== undefined || isDump) return;
  throw new UsageError({ where: "argument <image>", expected: "an image", got: "nothing" });
}

/** The options of the first run and of the second one, if that is no dump. */
export function runsOf(flags: CompareFlags): [NetworkOptions, NetworkOptions] {
  const { backend = "auto", fuse, with: partner } = flags;
  const second = partner && "backend" in partner ? partner.backend : backend;
  const isDump = dumpOf(flags) !== undefined;
  const backends = isDump ? [backend] : [backend, second];
  const shared = {
    build: flags.build,
    precision: flags.precision,
    threads: flags.threads,
    memory: flags.lowMemory && ("low" as const),
  };
  /** A backend that lacks an option goes without it, if the other one has it. */
  const optionsOf = (own: Backend): NetworkOptions =>
    Object.fromEntries(
      Object.entries(shared).filter(([option]) => {
        const name = option as keyof typeof shared;
        return hasOption(own, name) || !backends.some((other) => hasOption(other, name));
      }),
    );
  const own = { build: flags.withBuild, precision: flags.withPrecision };
  for (const [option, value] of Object.entries(own)) {
    if (value === undefined || hasOption(second, option as keyof typeof own)) continue;
    const fault = {
      where: `option --with-${option}`,
      expected: `a backend with a choice of ${option}s`,
      got: second,
    };
    throw new UsageError(fault);
  }
  return [
    { backend, ...optionsOf(backend), fuse },
    { backend: second, ...optionsOf(second), ...defined(own), fuse: flags.withFuse ?? fuse },
  ];
}

function defined<Options extends object>(options: Options): Partial<Options> {
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Partial<Options>;
}

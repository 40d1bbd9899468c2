import { spawn } from "node:child_process";
import { BackendError } from "../src/errors.ts";
import { buildFlags } from "./engines/childEngine.ts";
import type { Build } from "./engines/engine.ts";
import { STARTUP } from "./paths.ts";

/** They are short, and vary. */
export const STARTUPS = 7;

/** How long it takes to the first result. */
export interface StartupRow {
  readonly model: string;
  readonly size: number;
  readonly threads: number;
  readonly build: Build;
  /** Milliseconds from a file of weights and one of an image to people, beyond Node's own start and end. */
  readonly startupMs: number;
  /** What Node takes by itself. */
  readonly nodeMs: number;
}

/**
 * Starts Node with the default model, and with nothing, in turns; minima.
 *
 * @throws BackendError where nobody is found, or another build runs.
 */
export async function measureStartup(build: Build, runs: number, signal: AbortSignal): Promise<StartupRow> {
  const ours: number[] = [];
  const nodes: number[] = [];
  let threads = 0;
  for (let run = 0; run < runs; run++) {
    nodes.push((await time([...buildFlags(build), "--eval", "0"], signal)).ms);
    const { ms, output } = await time([...buildFlags(build), STARTUP], signal);
    ours.push(ms);
    const found: { people?: number; build?: string; threads?: number } = JSON.parse(output || "{}");
    threads = found.threads ?? 0;
    if (!found.people || found.build !== build) {
      const expected = `people, found on ${build} SIMD`;
      throw new BackendError({ where: "start-up of movenet-multipose", expected, got: output || "nothing" });
    }
  }
  const nodeMs = Math.min(...nodes);
  const startupMs = Math.min(...ours) - nodeMs;
  return { model: "movenet-multipose", size: 256, threads, build, startupMs, nodeMs };
}

export function startupLine({ model, build, threads, startupMs, nodeMs }: StartupRow): string {
  const [own, node] = [startupMs.toFixed(0), nodeMs.toFixed(0)];
  return `${model} from files to people, ${build}, ${threads} threads: ${own} ms beyond Node's own ${node} ms`;
}

function time(args: readonly string[], signal: AbortSignal): Promise<{ ms: number; output: string }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const stop = () => child.kill("SIGKILL");
    signal.addEventListener("abort", stop);
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.on("close", () => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else resolve({ ms: performance.now() - start, output });
    });
  });
}

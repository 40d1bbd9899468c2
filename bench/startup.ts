import { spawn } from "node:child_process";
import { BackendError } from "../src/errors.ts";
import { buildFlags } from "./engines/childEngine.ts";
import type { Build } from "./engines/engine.ts";
import { STARTUP } from "./paths.ts";

/** Runs; many, because they are short and vary. */
export const STARTUPS = 7;

/** Time to the first result. */
export interface StartupRow {
  readonly model: string;
  readonly size: number;
  readonly threads: number;
  readonly build: Build;
  /** Milliseconds from the files of weights and image to the people found, without Node's own start and exit. */
  readonly startupMs: number;
  /** Milliseconds that Node takes by itself. */
  readonly nodeMs: number;
}

/**
 * Starts Node in turn with the default model and with nothing, and returns minima.
 *
 * @throws BackendError if nobody is found, or if another build ran.
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

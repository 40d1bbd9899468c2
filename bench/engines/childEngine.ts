import { type ChildProcess, fork } from "node:child_process";
import { BackendError, type Fault } from "../../src/errors.ts";
import type { BenchNetwork } from "../networks.ts";
import { CHILD } from "../paths.ts";
import type { NetworkFiles } from "../prepareNetwork.ts";
import {
  type Build,
  type EngineOutputs,
  type EngineSpec,
  isWasm,
  type Memory,
  type RunTimes,
} from "./engine.ts";

/** Requests to an engine. */
export type Request =
  | { readonly kind: "prepare"; readonly network: BenchNetwork; readonly folder: string }
  | { readonly kind: "load"; readonly spec: EngineSpec }
  | { readonly kind: "run" | "outputs" | "memory" };

/** Its answer: the result for the request, or the fault. */
export type Answer = { readonly value: unknown } | { readonly fault: Fault };

/** Results by kind of request. */
export interface Answers {
  readonly prepare: NetworkFiles;
  readonly load: { readonly title: string; readonly load: number };
  readonly run: RunTimes;
  readonly outputs: EngineOutputs;
  readonly memory: Memory;
}

/** An engine that answers from elsewhere: a process or a page. */
export interface RemoteEngine {
  /** Set if other engines share its process, so that its memory is unknown. */
  readonly sharesMemory?: true;
  /**
   * @throws BackendError if the engine fails or is gone.
   * @throws the signal's reason once it is aborted.
   */
  ask<Kind extends Request["kind"]>(request: Request & { kind: Kind }): Promise<Answers[Kind]>;
  end(): void;
}

/**
 * Runs one engine in its own process, so that engines share neither memory nor threads. The process ends with `end()`,
 * on abort, or with this process.
 */
export class ChildEngine implements RemoteEngine {
  private readonly process: ChildProcess;
  private readonly stop = () => this.end();

  constructor(
    /** Name for errors. */
    private readonly where: string,
    private readonly signal: AbortSignal,
    build?: Build,
  ) {
    this.process = fork(CHILD, [], { execArgv: buildFlags(build), serialization: "advanced" });
    signal.addEventListener("abort", this.stop);
  }

  async ask<Kind extends Request["kind"]>(request: Request & { kind: Kind }): Promise<Answers[Kind]> {
    this.signal.throwIfAborted();
    const answer = this.answer();
    this.process.send(request);
    const given = await answer;
    this.signal.throwIfAborted();
    if ("value" in given) return given.value as Answers[Kind];
    throw new BackendError({ ...given.fault, where: `${this.where}, ${given.fault.where}` });
  }

  end(): void {
    this.signal.removeEventListener("abort", this.stop);
    this.process.kill("SIGKILL");
  }

  private answer(): Promise<Answer> {
    return new Promise((resolve) => {
      const onExit = (code: number | null, signal: string | null) => {
        this.process.off("message", onMessage);
        const got = signal ?? `exit code ${code}`;
        resolve({ fault: { where: "its process", expected: "it to answer", got } });
      };
      const onMessage = (message: Answer) => {
        this.process.off("exit", onExit);
        resolve(message);
      };
      this.process.once("exit", onExit).once("message", onMessage);
    });
  }
}

/** Relaxed SIMD is off by default in Node 20 and on in Node 22 and newer; this flag decides. */
export function buildFlags(build: Build | undefined): string[] {
  if (!isWasm(build)) return [];
  return [build === "relaxed" ? "--experimental-wasm-relaxed-simd" : "--no-experimental-wasm-relaxed-simd"];
}

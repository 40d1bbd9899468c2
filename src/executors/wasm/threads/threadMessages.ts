import type { StepTable } from "./stepTable.ts";

/** Sent to a thread once, before its first run of a plan. */
export interface OpenPlan {
  readonly kind: "open";
  readonly plan: number;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly table: StepTable;
  /** The module's functions in the order in which the table numbers them. */
  readonly functions: readonly string[];
  /** An address in memory that is this thread's own. */
  readonly scratch: number;
}

export type ToThread =
  | OpenPlan
  /** The first `steps` rows of the table. */
  | { readonly kind: "run"; readonly plan: number; readonly steps: number }
  | { readonly kind: "close"; readonly plan: number };

/** A thread's answer to its start, and to every run. */
export interface FromThread {
  /** The step that trapped in this thread, and how. */
  readonly failure?: { readonly step: number; readonly message: string };
}

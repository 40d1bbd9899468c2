import type { Network } from "../../network.ts";
import type { Finished } from "../save/resultFile.ts";

/** The images of a run that are not done yet. */
export interface Left {
  readonly count: number;
  has(position: number): boolean;
  /** How many were done before, in words. */
  readonly note?: string;
}

/** Where a run's records go. */
export interface Records {
  /** Whether the records take standard output for themselves. */
  readonly takesStdout: boolean;
  /** Says which images are left to do, once the network is known, and before any is added. */
  begin(network: Network): Promise<Left>;
  /** Records come in the order of the list. */
  add(finished: Finished): Promise<void>;
  /** Call it whatever happened: records added so far are kept. Returns what is to be said of them. */
  finish(): Promise<readonly string[]>;
}

import type { RunOptions, RunResult } from "../backend/executor.ts";
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../tensor.ts";

/** A network that is ready to run. */
export interface RunnableNetwork {
  readonly graph: Graph;
  run(inputs: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<RunResult>;
  dispose(): Promise<void>;
}

export interface TapValues {
  /** By name; names that neither graph has are omitted. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Names hidden inside a fused group; their values come from a run of the unfused graph. */
  readonly unfused: ReadonlySet<string>;
  readonly outputs: RunResult["outputs"];
}

/** Runs the network once for the named values, and if needed the unfused network for values that fusion hides. */
export async function tapValues(
  network: RunnableNetwork,
  openUnfused: () => Promise<RunnableNetwork>,
  inputs: Readonly<Record<string, Tensor>>,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<TapValues> {
  const fused = await runFor(network, inputs, names, signal);
  const hidden = names.filter((name) => !fused.values.has(name));
  if (hidden.length === 0) return { ...fused, unfused: new Set() };
  const whole = await openUnfused();
  try {
    const { values } = await runFor(whole, inputs, hidden, signal);
    return {
      values: new Map([...fused.values, ...values]),
      unfused: new Set(values.keys()),
      outputs: fused.outputs,
    };
  } finally {
    await whole.dispose();
  }
}

/** Names that the graph does not have are omitted. */
async function runFor(
  network: RunnableNetwork,
  inputs: Readonly<Record<string, Tensor>>,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Pick<TapValues, "values" | "outputs">> {
  const nodes = new Set(network.graph.nodes.map((node) => node.name));
  const visible = names.filter((name) => nodes.has(name));
  const { taps, outputs } = await network.run(inputs, { taps: visible, signal });
  return { values: new Map(visible.map((name) => [name, taps[name]])), outputs };
}

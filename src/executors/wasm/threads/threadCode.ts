/**
 * The code of a thread, which is a Worker of Node or a browser. The build bundles this file into a string
 * (generated/threadCode.ts), so that Workers start without fetching a file.
 */
import {
  type FromThread,
  runSteps,
  StepFailure,
  type StepTable,
  type ToThread,
  type UnitFunction,
} from "./stepTable.ts";

/** Node's parentPort, or the global object of a Web Worker. */
interface Port {
  onmessage: ((event: { readonly data: ToThread }) => void) | null;
  postMessage(message: FromThread): void;
}

interface OpenedPlan {
  readonly table: StepTable;
  readonly functions: readonly UnitFunction[];
  readonly scratch: number;
}

export function serve(port: Port): void {
  const plans = new Map<number, OpenedPlan>();
  port.onmessage = ({ data }) => {
    switch (data.kind) {
      case "open": {
        const { module, memory, table, functions, scratch } = data;
        const { exports } = new WebAssembly.Instance(module, { env: { memory } });
        plans.set(data.plan, {
          table,
          functions: functions.map((name) => exports[name] as UnitFunction),
          scratch,
        });
        return;
      }
      case "run":
        port.postMessage(run(plans.get(data.plan), data.steps, data.timed));
        return;
      case "close":
        plans.delete(data.plan);
    }
  };
  port.postMessage({});
}

function run(plan: OpenedPlan | undefined, steps: number, timed = false): FromThread {
  if (!plan) return { failure: { step: 0, message: "the plan was not opened" } };
  try {
    const ends = timed ? [performance.now()] : undefined;
    runSteps(plan.table, steps, plan.functions, plan.scratch, ends);
    return { times: ends?.slice(1).map((end, step) => end - ends[step]) };
  } catch (error) {
    if (error instanceof StepFailure) return { failure: { step: error.step, message: error.message } };
    throw error;
  }
}

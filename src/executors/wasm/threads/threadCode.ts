/**
 * What runs inside a thread: a Worker of Node or of a browser. The build bundles this file into a text
 * (generated/threadCode.ts), from which Workers start without a file to fetch.
 */
import {
  type FromThread,
  runSteps,
  StepFailure,
  type StepTable,
  type ToThread,
  type UnitFunction,
} from "./stepTable.ts";

/** Node's parentPort, or a Web Worker's global object. */
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
        port.postMessage(run(plans.get(data.plan), data.steps));
        return;
      case "close":
        plans.delete(data.plan);
    }
  };
  port.postMessage({});
}

function run(plan: OpenedPlan | undefined, steps: number): FromThread {
  if (!plan) return { failure: { step: 0, message: "a plan that was not opened" } };
  try {
    runSteps(plan.table, steps, plan.functions, plan.scratch);
    return {};
  } catch (error) {
    if (error instanceof StepFailure) return { failure: { step: error.step, message: error.message } };
    throw error;
  }
}

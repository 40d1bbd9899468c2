import type { Plan } from "../backend/executor.ts";

/** An executor's plans, so that it can dispose of those that are still in use. */
export class PlanSet {
  private readonly plans = new Set<Plan>();

  add(plan: Plan): Plan {
    this.plans.add(plan);
    return {
      run: (inputs, options) => plan.run(inputs, options),
      timeLayers: plan.timeLayers?.bind(plan),
      dispose: () => plan.dispose().finally(() => this.plans.delete(plan)),
    };
  }

  async dispose(): Promise<void> {
    for (const plan of this.plans) await plan.dispose();
    this.plans.clear();
  }
}

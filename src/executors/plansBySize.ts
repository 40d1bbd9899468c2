import type { Executor, Plan, PrepareOptions } from "../backend/executor.ts";
import { MemoryError } from "../errors.ts";
import { type Graph, neededNodes } from "../graph/graph.ts";
import { elementCount, type Weights } from "../tensor.ts";

interface Size {
  readonly height: number;
  readonly width: number;
}

interface SizedPlan {
  readonly size: Size;
  readonly graph: Graph;
  readonly plan: Plan;
  readonly bytes: number;
}

/** Plans that are kept take at most this much together; a single one may take more. */
const MAX_KEPT_BYTES = 512 * 2 ** 20;
const MAX_KEPT = 8;

/**
 * The plans of one network for the sizes of its input that were run last. Small networks keep several, so that images
 * of two sizes in turn need not be prepared for again and again. Of a large network only one is kept, because a second
 * might take gigabytes. If there is no room for another, all are given up: threads hold the memory of each plan until
 * they end, and they cannot end while a plan is in use.
 */
export class PlansBySize {
  /** The last one is the plan of the last run. */
  private plans: SizedPlan[] = [];
  /** Whether the executor may still hold memory of earlier or failed plans. */
  private holdsMemory = false;

  constructor(
    private readonly executor: Executor,
    private readonly graphAt: (size: Size) => Graph,
  ) {}

  get latest(): SizedPlan | undefined {
    return this.plans.at(-1);
  }

  has(size: Size): boolean {
    return this.plans.some((plan) => isSame(plan.size, size));
  }

  /** The plan for this size, prepared unless it is kept. Calls must not overlap. @throws as `prepare` of executors. */
  async planFor(size: Size, weights: Weights, options: PrepareOptions): Promise<Plan> {
    const kept = this.plans.find((plan) => isSame(plan.size, size));
    if (kept) {
      this.plans = [...this.plans.filter((plan) => plan !== kept), kept];
      return kept.plan;
    }
    const graph = this.graphAt(size);
    const bytes = memoryBound(graph);
    const all = this.plans.reduce((sum, plan) => sum + plan.bytes, bytes);
    if (all > MAX_KEPT_BYTES || this.plans.length >= MAX_KEPT) await this.disposeAll();
    const isOnly = this.plans.length === 0;
    try {
      if (isOnly && this.holdsMemory) await this.executor.releasePlans?.();
      this.holdsMemory = true;
      const plan = await this.executor.prepare(graph, weights, options);
      this.plans.push({ size, graph, plan, bytes });
      return plan;
    } catch (error) {
      await this.disposeAll();
      if (isOnly || !(error instanceof MemoryError)) throw error;
      return this.planFor(size, weights, options);
    }
  }

  private async disposeAll(): Promise<void> {
    const disposed = this.plans;
    this.plans = [];
    for (const { plan } of disposed) await plan.dispose();
  }
}

function isSame(a: Size, b: Size): boolean {
  return a.height === b.height && a.width === b.width;
}

/** What a plan takes if no two of its maps share memory. */
function memoryBound(graph: Graph): number {
  const parameters = Object.values(graph.parameters).map(({ shape }) => shape);
  const maps = neededNodes(graph).map(({ shape }) => shape);
  return [...parameters, ...maps].reduce((sum, shape) => sum + 4 * elementCount(shape), 0);
}

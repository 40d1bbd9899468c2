import type { Executor, Plan, PrepareOptions } from "../backend/executor.ts";
import { MemoryError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { elementCount, type Weights } from "../tensor.ts";
import { mapLifetimes } from "./lifetimes.ts";

interface Size {
  readonly height: number;
  readonly width: number;
  /** Whether the graph is fused; a network may have plans of both. */
  readonly fused?: boolean;
}

interface SizedPlan {
  readonly size: Size;
  readonly graph: Graph;
  readonly plan: Plan;
  readonly bytes: number;
}

/**
 * Plans that are kept take at most this much together; a single one may take more. Two of a ResNet-50 at 640 x 480 fit.
 */
const MAX_KEPT_BYTES = 768 * 2 ** 20;
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

  /** The graph of the plan that was run last, among those that are fused, or among those that are not. */
  latestGraph(fused?: boolean): Graph | undefined {
    return this.plans.filter(({ size }) => size.fused === fused).at(-1)?.graph;
  }

  /** The graph of the plan that is kept for this size. */
  graphFor(size: Size): Graph | undefined {
    return this.plans.find((plan) => isSame(plan.size, size))?.graph;
  }

  /**
   * The plan for this size, prepared unless it is kept. `read` is called once there is room for its weights. Calls must
   * not overlap.
   *
   * @throws as `prepare` of executors, and what `read` throws.
   */
  async planFor(size: Size, read: () => Promise<Weights>, options: PrepareOptions): Promise<Plan> {
    const kept = this.plans.find((plan) => isSame(plan.size, size));
    if (kept) {
      this.plans = [...this.plans.filter((plan) => plan !== kept), kept];
      return kept.plan;
    }
    const graph = this.graphAt(size);
    const bytes = memoryEstimate(graph);
    const all = this.plans.reduce((sum, plan) => sum + plan.bytes, bytes);
    if (all > MAX_KEPT_BYTES || this.plans.length >= MAX_KEPT) await this.disposeAll();
    const isOnly = this.plans.length === 0;
    if (isOnly && this.holdsMemory) await this.executor.releasePlans?.();
    // If they cannot be read, the plans that are kept stay.
    const weights = await read();
    try {
      this.holdsMemory = true;
      const plan = await this.executor.prepare(graph, weights, options);
      this.plans.push({ size, graph, plan, bytes });
      return plan;
    } catch (error) {
      await this.disposeAll();
      if (isOnly || !(error instanceof MemoryError)) throw error;
      return this.planFor(size, read, options);
    }
  }

  private async disposeAll(): Promise<void> {
    const disposed = this.plans;
    this.plans = [];
    for (const { plan } of disposed) await plan.dispose();
  }
}

function isSame(a: Size, b: Size): boolean {
  return a.height === b.height && a.width === b.width && a.fused === b.fused;
}

/**
 * An estimate from above of what a plan takes: parameters twice, since algorithms such as Winograd's store more than the
 * checkpoint, and maps twice, since they do not fit beside each other without gaps.
 */
function memoryEstimate(graph: Graph): number {
  const parameters = Object.values(graph.parameters).map(({ shape }) => shape);
  return 2 * (parameters.reduce((sum, shape) => sum + bytesOf(shape), 0) + mostInUse(graph));
}

/** The most that maps in use take at any step. */
function mostInUse(graph: Graph): number {
  const lifetimes = mapLifetimes(graph, bytesOf);
  const changes = new Float64Array(graph.nodes.length + 3);
  for (const { bytes, from, until } of lifetimes) {
    changes[from + 1] += bytes;
    changes[until + 2] -= bytes;
  }
  let [inUse, most] = [0, 0];
  for (const change of changes) {
    inUse += change;
    most = Math.max(most, inUse);
  }
  return most;
}

function bytesOf(shape: readonly number[]): number {
  return 4 * elementCount(shape);
}

import type { OnTap } from "../backend/executor.ts";
import { UsageError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";

export type Visit<A = Tensor, B = Tensor> = (name: string, a: A, b: B) => void | Promise<void>;

interface Waiting {
  readonly side: "a" | "b";
  readonly name: string;
  readonly tensor: Tensor;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * Leads two runs from layer to layer together, so that only one value of each is held: the run that comes first to a
 * layer waits there for the other. Both must tap the same layers in the same order.
 */
export class LockStep {
  private waiting?: Waiting;

  constructor(private readonly visit: Visit) {}

  /** What one of the runs takes as its `onTap`. */
  tapOf(side: "a" | "b"): OnTap {
    return async (name, tensor) => {
      const { waiting: other } = this;
      if (!other || other.side === side) return this.wait(side, name, tensor);
      this.waiting = undefined;
      try {
        if (other.name !== name) throw inOtherOrder(other.name, name);
        const [a, b] = side === "a" ? [tensor, other.tensor] : [other.tensor, tensor];
        await this.visit(name, a, b);
        other.resolve();
      } catch (error) {
        other.reject(error);
        throw error;
      }
    };
  }

  private wait(side: "a" | "b", name: string, tensor: Tensor): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting = { side, name, tensor, resolve, reject };
    });
  }
}

function inOtherOrder(one: string, other: string): UsageError {
  const expected = "two networks that compute their common layers in one order";
  return new UsageError({ where: "compare", expected, got: `${one} and ${other} at the same time` });
}

/**
 * Runs both at the same time. As soon as one fails, or `signal` is aborted, the other one is stopped, too.
 *
 * @throws what the first of them throws, or the signal's reason.
 */
export async function runBoth<A, B>(
  signal: AbortSignal | undefined,
  runA: (signal: AbortSignal) => Promise<A>,
  runB: (signal: AbortSignal) => Promise<B>,
): Promise<[A, B]> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", onAbort);
  const stopping = <Value>(run: Promise<Value>) =>
    run.catch((error: unknown) => {
      stop.abort(error);
      throw error;
    });
  try {
    const both = [stopping(runA(stop.signal)), stopping(runB(stop.signal))] as const;
    await Promise.allSettled(both);
    stop.signal.throwIfAborted();
    return await Promise.all(both);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

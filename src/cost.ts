/** What an image will cost, before the network runs. */
import type { InputSize, View } from "./models/view.ts";
import type { Network } from "./network.ts";

export interface Cost {
  /** Of all views of the image: twice as many with `flip`, and some for each of `scales`. */
  readonly multiplyAdds: number;
  /**
   * How long the network will take on this machine: as the images before it on the same detector, or else by a
   * measurement of some tenths of a second. Absent for networks too small to be worth that.
   */
  readonly seconds?: number;
  /** The network's memory at its largest view, with the weights. Absent if the backend does not know it. */
  readonly memoryBytes?: number;
}

/** Fewer multiply-adds take less than a second on `wasm` with one thread, and some seconds on gpu.js without a GPU. */
const WORTH_MEASURING = 3e9;
const WORTH_MEASURING_SLOW = 3e8;
const SLOW_BACKENDS = ["cpu", "webasm"];

/** Estimates costs, and learns from what runs took. */
export class CostEstimates {
  /** By size. Describing a large network takes some milliseconds. */
  private readonly demands = new Map<string, ReturnType<Network["demandsAt"]>>();
  /** Multiply-adds per millisecond: of the last run, or measured. */
  private speed?: number;

  constructor(private readonly network: Network) {}

  async of(views: readonly Pick<View<unknown>, "size" | "mirror">[]): Promise<Cost> {
    const runs = views.map(({ size, mirror }) => ({ ...this.demandsAt(size), times: mirror ? 2 : 1 }));
    const multiplyAdds = runs.reduce((sum, run) => sum + run.times * run.multiplyAdds, 0);
    const bytes = runs.map((run) => run.bytes ?? Number.NaN);
    const memoryBytes = Math.max(...bytes);
    const speed = await this.speedFor(multiplyAdds);
    return {
      multiplyAdds,
      ...(speed && { seconds: multiplyAdds / speed / 1000 }),
      ...(Number.isFinite(memoryBytes) && { memoryBytes }),
    };
  }

  /** A run took this long. The first one also compiled. */
  learn({ multiplyAdds }: Cost, milliseconds: number): void {
    this.speed = multiplyAdds / Math.max(0.01, milliseconds);
  }

  private demandsAt(size: InputSize): ReturnType<Network["demandsAt"]> {
    const key = `${size.width}x${size.height}`;
    const known = this.demands.get(key);
    if (known) return known;
    const demands = this.network.demandsAt(size);
    this.demands.set(key, demands);
    return demands;
  }

  private async speedFor(multiplyAdds: number): Promise<number | undefined> {
    if (this.speed !== undefined) return this.speed;
    const isSlow = SLOW_BACKENDS.includes(this.network.backend);
    if (multiplyAdds < (isSlow ? WORTH_MEASURING_SLOW : WORTH_MEASURING)) return undefined;
    this.speed = await this.network.measureSpeed();
    return this.speed;
  }
}

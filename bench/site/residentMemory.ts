/** How much memory the page's process has, sampled while it works. Linux tells it; elsewhere there are no figures. */
import { readFileSync } from "node:fs";
import type { Site } from "../../test/site/page.ts";

/** Milliseconds between samples. */
const PERIOD = 25;

export class ResidentMemory {
  private largest = 0;
  private readonly timer = setInterval(() => this.now(), PERIOD);

  private constructor(private readonly processes: readonly number[]) {}

  static async of(site: Site): Promise<ResidentMemory> {
    return new ResidentMemory(await site.processes("renderer"));
  }

  /** Megabytes of the largest of the browser's pages. */
  now(): number {
    const megabytes = Math.max(...this.processes.map(residentMegabytes));
    this.largest = Math.max(this.largest, megabytes);
    return megabytes;
  }

  /** Since the last `reset`. */
  peak(): number {
    return Math.max(this.largest, this.now());
  }

  reset(): void {
    this.largest = 0;
  }

  close(): void {
    clearInterval(this.timer);
  }
}

function residentMegabytes(process: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${process}/status`, "utf8")) ?? [];
    // What Linux calls kB are 1,024 bytes.
    return (Number(kilobytes) * 1024) / 1e6;
  } catch {
    return Number.NaN;
  }
}

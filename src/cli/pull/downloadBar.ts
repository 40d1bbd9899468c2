import type { GenericFormatter, MultiBar, SingleBar } from "cli-progress";
import cliProgress from "cli-progress";
import type { Output } from "../io.ts";
import { formatBytes, formatSeconds } from "../terminal/formatNumber.ts";
import { eraseLine, terminalBar } from "../terminal/progress.ts";

/** Bytes arrive more often than a terminal should be written to. */
const REDRAW_INTERVAL_MS = 100;

/** The progress of a download, as one line of a terminal; prints nothing elsewhere. */
export class DownloadBar {
  private bars?: MultiBar;
  private bar?: SingleBar;
  private startTime = 0;
  /** Bytes of an earlier pull: they say nothing about this one's speed. */
  private resumedAt = 0;
  private lastDraw = Number.NEGATIVE_INFINITY;

  constructor(private readonly output: Output) {}

  /** Bytes received, of how many if that is known. */
  update(received: number, total = 0): void {
    const now = performance.now();
    if (!this.output.isTTY || (now - this.lastDraw < REDRAW_INTERVAL_MS && received !== total)) return;
    this.lastDraw = now;
    if (!this.bars) {
      this.startTime = now;
      this.resumedAt = received;
      this.bars = terminalBar(this.output, 24, this.format);
      this.bar = this.bars.create(0, 0);
    }
    this.bar?.setTotal(total);
    this.bar?.update(received);
    this.bars.update();
  }

  /** Erases the line, so that another can be printed in its place. The next update draws it again. */
  hide(): void {
    if (this.bars) eraseLine(this.output);
    this.lastDraw = Number.NEGATIVE_INFINITY;
  }

  stop(): void {
    this.bars?.stop();
  }

  private readonly format: GenericFormatter = (options, { progress, value, total }) => {
    if (total === 0) return formatBytes(value);
    const bar = cliProgress.Format.BarFormat(progress, options);
    return `${bar} ${formatBytes(value)} of ${formatBytes(total)}${this.remaining(value, total)}`;
  };

  private remaining(received: number, total: number): string {
    if (received === total) return ", checking it";
    const bytesPerMs = (received - this.resumedAt) / (performance.now() - this.startTime);
    return bytesPerMs > 0 ? `, ${formatSeconds((total - received) / bytesPerMs / 1000)} left` : "";
  }
}

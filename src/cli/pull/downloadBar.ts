import type { GenericFormatter } from "cli-progress";
import cliProgress from "cli-progress";
import type { Output } from "../io.ts";
import { formatBytes, formatSeconds } from "../terminal/formatNumber.ts";
import { eraseLine, terminalBar } from "../terminal/progress.ts";

/** Bytes come more often than a terminal should be written to. */
const REDRAW_MILLISECONDS = 100;

/** How far a download is, as a line that keeps up with it; on a terminal only. */
export class DownloadBar {
  private line: Line | undefined;
  private drawn = Number.NEGATIVE_INFINITY;

  constructor(private readonly output: Output) {}

  /** Bytes so far, of how many, where that is known. */
  update(received: number, total: number | undefined): void {
    if (!this.output.isTTY) return;
    const now = performance.now();
    if (now - this.drawn < REDRAW_MILLISECONDS && received !== total) return;
    this.drawn = now;
    this.line ??= new Line(this.output, received);
    this.line.draw(received, total);
  }

  /** Takes the line away, so that something else can be printed in its place; the next update redraws it. */
  hide(): void {
    if (this.line) eraseLine(this.output);
    this.drawn = Number.NEGATIVE_INFINITY;
  }

  stop(): void {
    this.line?.stop();
  }
}

class Line {
  private readonly start = performance.now();
  private readonly bars: cliProgress.MultiBar;
  private readonly bar: cliProgress.SingleBar;

  constructor(
    output: Output,
    /** What an earlier pull had left says nothing about the time that the rest takes. */
    private readonly resumedAt: number,
  ) {
    this.bars = terminalBar(output, 24, this.format);
    this.bar = this.bars.create(0, 0);
  }

  /** A total of 0 stands for an unknown one. */
  draw(received: number, total = 0): void {
    this.bar.setTotal(total);
    this.bar.update(received);
    this.bars.update();
  }

  stop(): void {
    this.bars.stop();
  }

  private readonly format: GenericFormatter = (options, { progress, value, total }) => {
    if (total === 0) return formatBytes(value);
    return `${cliProgress.Format.BarFormat(progress, options)} ${formatBytes(value)} of ${formatBytes(total)}${this.outlook(value, total)}`;
  };

  private outlook(value: number, total: number): string {
    if (value === total) return ", checking it";
    const pace = (value - this.resumedAt) / (performance.now() - this.start);
    return pace > 0 ? `, ${formatSeconds((total - value) / pace / 1000)} left` : "";
  }
}

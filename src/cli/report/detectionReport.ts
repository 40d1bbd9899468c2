import { backendInWords } from "../../backend/backendDetails.ts";
import type { DetectionRecord } from "../../detectionRecord.ts";
import type { Times } from "../../detectResult.ts";
import { oneLine } from "../../errors.ts";
import { print, printError, type Session } from "../io.ts";
import { formatCounted, formatTime } from "../terminal/formatNumber.ts";
import { type Progress, startProgress } from "../terminal/progress.ts";
import { DetectionTable } from "./detectionTable.ts";
import { explanationLines, whyLines } from "./explanationLines.ts";
import { profileTables } from "./profileTables.ts";

/** What the user sees during a run: a growing table, the progress bar, errors and a summary. */
export class DetectionReport {
  private readonly table: DetectionTable;
  private readonly progress: Progress;
  private readonly start = performance.now();
  private done = 0;
  private failed = 0;
  private detections = 0;
  private hasDerived = false;
  private findsOne = false;
  private ranOn = "";
  private times: Times = { load: 0, decode: 0, preprocess: 0, network: 0, postprocess: 0 };

  constructor(
    private readonly session: Session,
    images: Iterable<string>,
    /** False if stdout carries the JSON, or with --quiet. */
    private readonly showsTable: boolean,
    /** The number of images for a progress bar; none below 2. */
    count: number,
  ) {
    const { stdout, stderr } = session;
    this.table = new DetectionTable(
      showsTable ? images : [],
      stdout.isTTY ? (stdout.columns ?? 80) : undefined,
    );
    this.print(this.table.heading());
    this.progress = startProgress(stderr, count);
  }

  get counts(): { done: number; failed: number } {
    return { done: this.done, failed: this.failed };
  }

  /** `lines` follow the image's rows. */
  add(record: DetectionRecord, lines: readonly string[] = []): void {
    const { detections = [], limitReached, explanation, why, times, backend, backendDetails, error } = record;
    this.done++;
    this.detections += detections.length;
    this.findsOne ||= limitReached === 1;
    this.hasDerived ||= detections.some(({ derived }) => derived);
    if (times) this.times = sumOf(this.times, times);
    if (backend) this.ranOn = backendInWords(backend, backendDetails);
    this.progress.hide();
    for (const row of this.table.rows(record)) this.print(row);
    if (explanation) for (const line of explanationLines(detections, explanation)) this.print(line);
    if (why) for (const line of whyLines(detections, why)) this.print(line);
    for (const line of lines) this.print(line);
    if (record.profile) for (const line of profileTables(record.profile)) this.print(line);
    if (error) {
      this.failed++;
      printError(this.session, error.message);
    }
    this.progress.update(this.done);
  }

  /** Prints a line on standard error while the run goes on. */
  interject(line: string): void {
    this.progress.hide();
    printError(this.session, oneLine(line));
    this.progress.update(this.done);
  }

  finish(): void {
    this.progress.stop();
    if (this.done === 0) return;
    const failed = this.failed > 0 ? `, ${this.failed} failed` : "";
    const found = formatCounted(this.detections, "detection");
    const { load, ...stages } = this.times;
    const all = formatTime(load + performance.now() - this.start);
    const times = Object.entries({ load, ...stages }).map(([name, time]) => `${name} ${formatTime(time)}`);
    this.print("");
    this.print(`${found} in ${formatCounted(this.done, "image")}${failed}, ${all} in total`);
    if (this.failed < this.done) this.print(`${times.join(", ")}; on ${this.ranOn}`);
    if (this.findsOne) this.print("this model finds one person per image, even if there are several");
    if (this.hasDerived)
      this.print("score and box are derived from the keypoints, because the model outputs neither");
  }

  private print(line: string): void {
    if (this.showsTable) print(this.session, line);
  }
}

/** Adds up the times; the model is loaded only once. */
function sumOf(sum: Times, { load, decode, preprocess, network, postprocess }: Times): Times {
  return {
    load,
    decode: sum.decode + decode,
    preprocess: sum.preprocess + preprocess,
    network: sum.network + network,
    postprocess: sum.postprocess + postprocess,
  };
}

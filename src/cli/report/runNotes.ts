import type { LeftOut } from "../../chooseDetections.ts";
import type { DetectResult } from "../../detectResult.ts";
import type { Model } from "../../models/model.ts";
import { formatCount, formatCounted } from "../terminal/formatNumber.ts";

interface Total {
  count: number;
  images: number;
  best: { label: string; score: number };
}

/** What the user should know about the results of a run: what was cut, and where a model's limit was reached. */
export class RunNotes {
  private readonly totals = new Map<keyof LeftOut, Total>();
  private atLimit = 0;

  constructor(private readonly model: Model) {}

  add({ leftOut, limitReached }: DetectResult): void {
    if (limitReached !== undefined) this.atLimit++;
    for (const [reason, group] of Object.entries(leftOut)) {
      const total = this.totals.get(reason as keyof LeftOut) ?? { count: 0, images: 0, best: group.best };
      total.count += group.count;
      total.images++;
      if (group.best.score > total.best.score) total.best = group.best;
      this.totals.set(reason as keyof LeftOut, total);
    }
  }

  /**
   * One sentence each. What the default score leaves out is no news, unless results are to be evaluated: every
   * threshold costs recall.
   */
  lines(chosen: {
    readonly score?: number;
    readonly max: number;
    readonly saves: readonly string[];
  }): string[] {
    const { score, max, saves } = chosen;
    const [classes, scores, beyond] = [
      this.totals.get("classes"),
      this.totals.get("score"),
      this.totals.get("max"),
    ];
    const hasCoco = saves.includes("coco");
    return [
      ...(classes ? [sentence("--classes left out", classes)] : []),
      ...(scores && score !== undefined ? [sentence(`--score ${score} left out`, scores)] : []),
      ...(scores && score === undefined && hasCoco
        ? [`${sentence("the default score left out", scores)}; an evaluation needs --score 0`]
        : []),
      ...(beyond ? [sentence(`--max ${max} left out`, beyond)] : []),
      ...this.limitLines(),
    ];
  }

  private limitLines(): string[] {
    const { name, maxDetections } = this.model;
    // The table says it of a model that finds one person whatever the image shows.
    if (this.atLimit === 0 || maxDetections === undefined || maxDetections === 1) return [];
    const found = `${name} finds at most ${formatCount(maxDetections)} per image`;
    const where = `and found as many in ${formatCounted(this.atLimit, "image")}: there may be more`;
    return [`${found}, ${where}`];
  }
}

function sentence(start: string, { count, images, best }: Total): string {
  const where = images > 1 ? ` in ${formatCounted(images, "image")}` : "";
  return `${start} ${formatCounted(count, "detection")}${where}, at best ${best.label} ${scoreText(best.score)}`;
}

/** Enough digits to tell a score from 0. */
function scoreText(score: number): string {
  return score >= 0.005 ? score.toFixed(2) : score.toPrecision(1);
}

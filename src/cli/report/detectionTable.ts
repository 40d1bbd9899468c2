import { type Detection, SEEN_KEYPOINT } from "../../detection.ts";
import type { DetectionRecord } from "../../detectionRecord.ts";
import type { Times } from "../../detectResult.ts";
import { oneLine } from "../../errors.ts";
import { displayWidth, shortenStart, wrap } from "../terminal/displayWidth.ts";
import { formatTime } from "../terminal/formatNumber.ts";
import { type Column, cellText, formatRow } from "../terminal/table.ts";

const COLUMNS: readonly Column[] = [
  { heading: "image", align: "left" },
  { heading: "label", align: "left" },
  { heading: "score", align: "right" },
  { heading: "xmin", align: "right" },
  { heading: "ymin", align: "right" },
  { heading: "xmax", align: "right" },
  { heading: "ymax", align: "right" },
  { heading: "keypoints", align: "right" },
  { heading: "time", align: "right" },
];
const LABEL = 1;
const TIME = COLUMNS.length - 1;
const GAP = 2;
/** The widths of `person` and `845 ms`; longer text widens its column from then on. */
const MIN_WIDTH_LABEL = 6;
const MIN_WIDTH_TIME = 6;
const MIN_WIDTH_IMAGE = 12;
const MAX_SENTENCE = 76;

/**
 * A table of detections that is printed image by image. The column of names is as wide as the longest name,
 * or as `terminalWidth` allows.
 */
export class DetectionTable {
  private readonly widths = COLUMNS.map(({ heading }) => heading.length);

  constructor(images: Iterable<string>, terminalWidth = Number.POSITIVE_INFINITY) {
    this.widths[LABEL] = MIN_WIDTH_LABEL;
    this.widths[TIME] = MIN_WIDTH_TIME;
    const others = this.widths.slice(LABEL).reduce((sum, width) => sum + GAP + width, 0);
    const widest = Math.max(MIN_WIDTH_IMAGE, terminalWidth - others);
    let longest = 5;
    for (const image of images) {
      longest = Math.max(longest, displayWidth(oneLine(image)));
      if (longest >= widest) break;
    }
    this.widths[0] = Math.min(longest, widest);
  }

  heading(): string {
    return this.row(COLUMNS.map(({ heading }) => heading));
  }

  rows({ image, detections, nothingFound, times, error }: DetectionRecord): string[] {
    const name = shortenStart(oneLine(image), this.widths[0]);
    const time = times ? formatTime(runTime(times)) : "";
    if (!detections) return [this.sentence(name, error ? "failed" : "", time)];
    if (detections.length === 0) {
      const why = nothingFound ? wrap(oneLine(nothingFound), MAX_SENTENCE) : [];
      return [this.sentence(name, "nothing found", time), ...why.map((line) => `  ${line}`)];
    }
    for (const { label } of detections) {
      this.widths[LABEL] = Math.max(this.widths[LABEL], displayWidth(cellText(label)));
    }
    return detections.map((detection, i) => {
      const first = i === 0;
      return this.row([first ? name : "", ...cellsOf(detection), first ? time : ""]);
    });
  }

  private row(cells: readonly string[]): string {
    return formatRow(cells, COLUMNS, this.widths);
  }

  /** A row whose text replaces the columns between name and time. */
  private sentence(name: string, text: string, time: string): string {
    const between = this.widths.slice(LABEL, TIME);
    const width = between.reduce((sum, column) => sum + column, GAP * (between.length - 1));
    const columns = [COLUMNS[0], COLUMNS[LABEL], COLUMNS[TIME]];
    return formatRow([name, text, time], columns, [this.widths[0], width, this.widths[TIME]]);
  }
}

/** Milliseconds from the image's bytes to its detections. */
function runTime({ decode, preprocess, network, postprocess }: Times): number {
  return decode + preprocess + network + postprocess;
}

function cellsOf({ label, score, box, keypoints }: Detection): string[] {
  const { xmin, ymin, xmax, ymax } = box;
  const seen = keypoints?.filter((keypoint) => keypoint.score >= SEEN_KEYPOINT).length;
  return [
    cellText(label),
    score.toFixed(2),
    ...[xmin, ymin, xmax, ymax].map((coordinate) => `${Math.round(coordinate)}`),
    keypoints ? `${seen} of ${keypoints.length}` : "",
  ];
}

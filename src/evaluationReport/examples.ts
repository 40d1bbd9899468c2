import type { Analysis } from "../evaluation/analysis/analyze.ts";
import type { WorstImage } from "../evaluation/analysis/worstImages.ts";
import { escaped } from "../visualization/svg.ts";
import { MARK_COLORS } from "./exampleImage.ts";
import { count, section } from "./html.ts";

/** An image of the worst, drawn. */
export interface ReportExample {
  readonly reason: "missed" | "wrong";
  /** From 1. */
  readonly rank: number;
  /** The image's file name or id. */
  readonly name: string;
  readonly about: WorstImage;
  /** The file's bytes, and what they are. */
  readonly bytes: Uint8Array;
  readonly mediaType: "image/jpeg" | "image/png";
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

export function examplesPart(
  examples: readonly ReportExample[],
  { worst }: Analysis,
  note?: string,
): string[] {
  if (examples.length === 0 && note === undefined) return [];
  const of = (wanted: ReportExample["reason"], heading: string, words: string) => {
    const shown = examples.filter(({ reason }) => reason === wanted);
    if (shown.length === 0) return [];
    return [
      section(heading, words, `${legend(wanted)}<ul class="examples">${shown.map(item).join("\n")}</ul>`),
    ];
  };
  return [
    ...(note === undefined ? [] : [section("Examples", note, "")]),
    ...of(
      "missed",
      "Most missed",
      `The images with the most truths that nothing of score ${worst.score} or more found.`,
    ),
    ...of(
      "wrong",
      "Most confident and wrong",
      "The images with the highest scores of detections that are false.",
    ),
  ];
}

function legend(reason: ReportExample["reason"]): string {
  const entry = (state: keyof typeof MARK_COLORS, text: string) =>
    `<li><i style="border-color:rgb(${MARK_COLORS[state].join(" ")})"></i>${text}</li>`;
  return `<ul class="legend">${entry("right", "right")}${entry(reason, "missed, or wrong")}${entry("ignored", "ignored")}</ul>`;
}

function item({ rank, name, about, bytes, mediaType, width, height }: ReportExample): string {
  const { truths, missed, found, wrong, wrongScore } = about;
  const ofTruth = truths === 0 ? "no truth" : `${count(missed)} of ${count(truths)} truths missed`;
  const first = wrongScore === undefined ? "" : `, the first at ${wrongScore.toFixed(2)}`;
  const ofFound =
    found === 0 ? "nothing found" : `${count(wrong)} of ${count(found)} detections wrong${first}`;
  const words = `${ofTruth}, ${ofFound}`;
  const alt = `Truth on the left, found on the right: ${words}.`;
  return `<li><figure><img src="data:${mediaType};base64,${base64(bytes)}" width="${width}" height="${height}" alt="${escaped(alt)}"><figcaption>${rank}. ${escaped(name)}: ${words}</figcaption></figure></li>`;
}

/** Spreading all bytes over one call's arguments could exhaust the stack. */
const PART = 2 ** 13;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PART)
    text += String.fromCharCode(...bytes.subarray(at, at + PART));
  return btoa(text);
}

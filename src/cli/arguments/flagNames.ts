import { type Fault, UsageError } from "../../errors.ts";

/** The flag of each option of the library, where it is not the option's name with two dashes. */
const FLAGS: Readonly<Record<string, string>> = {
  memory: "--low-memory",
  inputSize: "--size",
  labelMap: "--label-map",
  keepResolution: "--keep-res",
  reproduceReference: "--reproduce-reference",
  iouThresholds: "--iou-thresholds",
  maxDetections: "--max-dets",
  categoryIds: "--classes",
  imageIds: "--images",
  classAgnostic: "--class-agnostic",
};
const SAME_NAME = [
  "names",
  "backend",
  "precision",
  "threads",
  "workers",
  "build",
  "flip",
  "scales",
  "explain",
  "why",
  "score",
  "max",
  "classes",
  "areas",
  "sigmas",
];

/** How the library names what a flag sets, if not as an option. */
const SUBJECTS: readonly [RegExp, string][] = [
  [/^input size of .*$/, "option --size"],
  [/^label map$/, "option --label-map"],
];

/** An error of the library in the words of the command line: with the flag that the user typed. */
export function withFlagNames(error: unknown): unknown {
  if (!(error instanceof UsageError)) return error;
  const { where, hint } = error.fault;
  const subject = SUBJECTS.find(([pattern]) => pattern.test(where))?.[1];
  const fault: Fault = { ...error.fault, where: subject ?? flagged(where), hint: hint && flagged(hint) };
  return new UsageError(fault, { cause: error });
}

/** `option flip` as `option --flip`, and `options flip, scales` likewise. */
function flagged(text: string): string {
  return text
    .replace("Load with { fuse: false }", "Give --fuse no")
    .replace(/\b(options?) (\w+(?:, \w+)*)/g, (_, word: string, names: string) => {
      return `${word} ${names.split(", ").map(flagOf).join(", ")}`;
    });
}

function flagOf(option: string): string {
  return FLAGS[option] ?? (SAME_NAME.includes(option) ? `--${option}` : option);
}

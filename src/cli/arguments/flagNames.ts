import {
  BackendError,
  CenterNetError,
  type Fault,
  ImageError,
  ModelError,
  UsageError,
} from "../../errors.ts";

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
  "weights",
  "layout",
];

/** How the library names what a flag sets, if not as an option. */
const SUBJECTS: readonly [RegExp, string][] = [
  [/^input size of .*$/, "option --size"],
  [/^label map$/, "option --label-map"],
];

/** What hints say to programs, and how the same is done on the command line. */
const HINTS: readonly (readonly [words: string | RegExp, own: string])[] = [
  ["Load with { fuse: false }", "Give --fuse no"],
  ['memory: "low"', "--low-memory"],
  ["scales: [0.5]", "--scales 0.5"],
  ["Images are for detect.", "Images are arguments of their own, without --weights."],
  ["Say which model they are for.", "Say which model they are for (detect and convert: with --model)."],
  [
    "describeGraph tells the names of nodes; the option names maps other names to them.",
    "centernet compare --list prints the names of nodes; --names map.json maps other names to them.",
  ],
  [/^Read are MoveNet, .*(?=\.$)/, "$&: see centernet models"],
  [
    /^(Objects as Points is read on|CenterNet's keypoint triplets, which) .*$/,
    "$& All models: centernet models.",
  ],
];

/** An error of the library in the words of the command line: with the flag that the user typed. */
export function withFlagNames(error: unknown): unknown {
  if (!(error instanceof CenterNetError)) return error;
  const { where, got, hint } = error.fault;
  const fault: Fault = { ...error.fault, hint: hint && flagged(hint) };
  const options = { cause: error };
  if (error instanceof ModelError) {
    const more = got.replace(/; and \d+ more$/, "$& (centernet inspect lists the file's)");
    return new ModelError({ ...fault, got: more }, { ...options, differences: error.differences });
  }
  if (error instanceof BackendError) return new BackendError(fault, options);
  if (error instanceof ImageError) return new ImageError(fault, options);
  const subject = SUBJECTS.find(([pattern]) => pattern.test(where))?.[1];
  return new UsageError({ ...fault, where: subject ?? flagged(where) }, options);
}

/** `option flip` as `option --flip`, and `options flip, scales` likewise. */
function flagged(text: string): string {
  return HINTS.reduce((said, [words, own]) => said.replace(words, own), text).replace(
    /\b(options?) (\w+(?:, \w+)*)/g,
    (_, word: string, names: string) => {
      return `${word} ${names.split(", ").map(flagOf).join(", ")}`;
    },
  );
}

function flagOf(option: string): string {
  return FLAGS[option] ?? (SAME_NAME.includes(option) ? `--${option}` : option);
}

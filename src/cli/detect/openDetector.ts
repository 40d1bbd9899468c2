import type { LabelMap } from "../../checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { type Detector, load } from "../../detect.ts";
import type { Session } from "../io.ts";
import { loadingLine } from "../terminal/progress.ts";
import type { DetectFlags } from "./flags.ts";

/** The flags that say which network runs, and how. */
export type ModelFlags = Pick<
  DetectFlags,
  | "model"
  | "weights"
  | "backend"
  | "precision"
  | "threads"
  | "build"
  | "lowMemory"
  | "size"
  | "keepRes"
  | "quiet"
>;

/** Loads the model, with a line about progress on a terminal. @throws as `load`. */
export function openDetector(
  flags: ModelFlags,
  labelMap: LabelMap | undefined,
  { stderr, signal }: Session,
): Promise<Detector> {
  const { model, weights, backend, threads, build, precision, lowMemory, size, keepRes, quiet } = flags;
  const memory = lowMemory ? "low" : undefined;
  const keepResolution = keepRes;
  const onProgress = quiet ? undefined : loadingLine(stderr);
  const options = { weights, backend, threads, build, precision, memory, inputSize: size, labelMap } as const;
  return load(model, { ...options, keepResolution, onProgress, signal });
}

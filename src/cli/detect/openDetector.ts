import type { LabelMap } from "../../checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { type Detector, load } from "../../detect.ts";
import { DEFAULT_MODEL } from "../../models/models.ts";
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

/**
 * Models that are through with an image before further threads have started, which takes them 40 ms of processor time. See
 * docs/performance.md.
 */
const QUICK_MODELS = ["movenet-lightning", "movenet-multipose"];

/** How many threads the network gets for that many images; undefined for the machine's number. */
export function threadsFor(
  images: number,
  flags: Pick<DetectFlags, "model" | "weights" | "backend" | "threads" | "size" | "flip" | "profile">,
): number | undefined {
  const { model = DEFAULT_MODEL, weights, backend = "auto", threads, size, flip, profile } = flags;
  const isAsUsual = weights === undefined && size === undefined && !flip && !profile;
  const mayChoose = threads === undefined && (backend === "auto" || backend === "wasm");
  return mayChoose && isAsUsual && images === 1 && QUICK_MODELS.includes(model) ? 1 : threads;
}

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

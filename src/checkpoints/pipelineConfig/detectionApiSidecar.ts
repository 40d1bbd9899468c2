import type { DetectionApiSidecar } from "../checkpoint.ts";
import { parseLabelMap } from "./labelMap.ts";
import { parsePipelineConfig } from "./pipelineConfig.ts";

/** Reads what lies beside a checkpoint of the Object Detection API, if it does. Throws ModelError. */
export function detectionApiSidecar(
  { pipeline, labelMap }: { pipeline?: Uint8Array; labelMap?: Uint8Array },
  whereConfig: string,
  whereLabels: string,
): DetectionApiSidecar {
  const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
  return {
    pipeline: pipeline && parsePipelineConfig(pipeline, whereConfig),
    labelMap: labelMap && parseLabelMap(labelMap, whereLabels),
    texts: { pipeline: text(pipeline), labelMap: text(labelMap) },
  };
}

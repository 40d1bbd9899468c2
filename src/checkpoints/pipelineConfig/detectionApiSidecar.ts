import { type LabelMap, parseLabelMap } from "./labelMap.ts";
import { type PipelineConfig, parsePipelineConfig } from "./pipelineConfig.ts";

/** What a checkpoint of the Object Detection API has beside its variables. */
export interface DetectionApiSidecar {
  /** Absent if no pipeline.config lies with it. */
  readonly pipeline?: PipelineConfig;
  readonly labelMap?: LabelMap;
  /** Both files as they are, so that a converted checkpoint can carry them. */
  readonly texts?: { readonly pipeline?: string; readonly labelMap?: string };
}

/**
 * Parses the files that are present.
 *
 * @throws ModelError if one of them is not what it should be.
 */
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

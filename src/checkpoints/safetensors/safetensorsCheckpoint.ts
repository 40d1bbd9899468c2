import { elementCount } from "../../tensor.ts";
import { readElements } from "../bytes/dtype.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";
import { type Checkpoint, unknownVariable } from "../checkpoint.ts";
import { type DetectionApiSidecar, detectionApiSidecar } from "../pipelineConfig/detectionApiSidecar.ts";
import { listSafetensors } from "./safetensors.ts";

/** The metadata keys under which a converted zoo checkpoint keeps its own text files. */
export const PIPELINE_KEY = "pipeline.config";
export const LABEL_MAP_KEY = "label_map.pbtxt";

export interface SafetensorsCheckpoint extends Checkpoint {
  readonly format: "safetensors";
  /** Only for a converted checkpoint of the Object Detection API. */
  readonly sidecar?: DetectionApiSidecar;
}

/**
 * Opens a safetensors file as a checkpoint; tensors are read on demand. @throws ModelError if it is invalid.
 */
export async function safetensorsCheckpoint(source: RandomAccessFile): Promise<SafetensorsCheckpoint> {
  const { where } = source;
  const { metadata, tensors } = await listSafetensors(source);
  const variables = new Map(
    [...tensors].map(([name, { dtype, shape, begin, end }]) => [
      name,
      { dtype, shape, byteLength: end - begin },
    ]),
  );
  return {
    format: "safetensors",
    where,
    metadata,
    sidecar: carriedSidecar(metadata, where),
    variables,
    async read(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw unknownVariable(where, name);
      return readElements(source, tensor.begin, elementCount(tensor.shape), tensor.dtype);
    },
  };
}

function carriedSidecar(
  metadata: ReadonlyMap<string, string>,
  where: string,
): DetectionApiSidecar | undefined {
  const bytes = (key: string) => {
    const text = metadata.get(key);
    return text === undefined ? undefined : new TextEncoder().encode(text);
  };
  const texts = { pipeline: bytes(PIPELINE_KEY), labelMap: bytes(LABEL_MAP_KEY) };
  if (!texts.pipeline) return undefined;
  return detectionApiSidecar(texts, `${where} ${PIPELINE_KEY}`, `${where} ${LABEL_MAP_KEY}`);
}

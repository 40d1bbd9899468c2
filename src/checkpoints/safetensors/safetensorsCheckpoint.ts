import { elementCount } from "../../tensor.ts";
import { readElements } from "../bytes/dtype.ts";
import type { RandomAccessFile } from "../bytes/randomAccessFile.ts";
import { type Checkpoint, unknownVariable } from "../checkpoint.ts";
import { type DetectionApiSidecar, detectionApiSidecar } from "../pipelineConfig/detectionApiSidecar.ts";
import { listSafetensors } from "./safetensors.ts";

/** The keys of a safetensors file's metadata that take a zoo checkpoint's own texts along. */
export const PIPELINE_KEY = "pipeline.config";
export const LABEL_MAP_KEY = "label_map.pbtxt";

export interface SafetensorsCheckpoint extends Checkpoint {
  readonly format: "safetensors";
  /** Of a converted checkpoint of the Object Detection API. */
  readonly sidecar?: DetectionApiSidecar;
}

/** A safetensors file as a checkpoint; tensors are read when they are asked for. Throws ModelError. */
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

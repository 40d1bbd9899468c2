import { parseLabelMapFile } from "../../checkpoints/labelMaps/labelMapFile.ts";
import type { LabelMap } from "../../checkpoints/pipelineConfig/detectionApiSidecar.ts";
import { ModelError, systemMessage } from "../../errors.ts";
import { readRegularFile } from "../../platform/regularFile.ts";
import { formatBytes } from "../terminal/formatNumber.ts";

/** Those of Open Images, with 601 classes, have 60 kB. */
const MAX_LABEL_MAP = 32e6;

/** Reads the file of --label-map. @throws ModelError if it cannot be read, or names no classes. */
export async function readLabelMap(path: string): Promise<LabelMap> {
  const bytes = await readRegularFile(path, MAX_LABEL_MAP).catch((error: unknown) => {
    const expected = `a label map of at most ${formatBytes(MAX_LABEL_MAP)}`;
    throw new ModelError({ where: path, expected, got: systemMessage(error) }, { cause: error });
  });
  return parseLabelMapFile(bytes, path);
}

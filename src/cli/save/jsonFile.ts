import { join } from "node:path";
import { JSON_ARRAY, jsonLine } from "../../formats/jsonFrame.ts";
import { openLineFile } from "../files/lineFile.ts";
import { outputTarget } from "../files/outputTarget.ts";
import type { ResultFile } from "./resultFile.ts";

export const JSON_NAME = "detections.json";

/** One JSON array of what --json writes as lines. */
export async function openJsonFile(folder: string): Promise<ResultFile> {
  const path = join(folder, JSON_NAME);
  const file = await openLineFile(await outputTarget(path, path), path, JSON_ARRAY);
  return {
    paths: [path],
    add: ({ record }) => file.add(jsonLine(record)),
    finish: () => file.finish(),
  };
}

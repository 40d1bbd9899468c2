import { join } from "node:path";
import { csvHeading, csvRows } from "../../formats/csv.ts";
import { openLineFile } from "../files/lineFile.ts";
import { outputTarget } from "../files/outputTarget.ts";
import type { ResultFile } from "./resultFile.ts";

export const CSV_NAME = "detections.csv";

/** All detections in one table. */
export async function openCsvFile(
  folder: string,
  keypointNames: readonly string[] | undefined,
): Promise<ResultFile> {
  const path = join(folder, CSV_NAME);
  const file = await openLineFile(await outputTarget(path, path), path);
  let heading = [csvHeading(keypointNames)];
  return {
    paths: [path],
    async add({ image, result }) {
      if (!result) return;
      await file.add(...heading, ...csvRows({ ...result, image: image.path }, keypointNames));
      heading = [];
    },
    finish: () => file.finish(),
  };
}

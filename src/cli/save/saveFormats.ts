import { join } from "node:path";
import { UsageError } from "../../errors.ts";
import type { Model } from "../../models/model.ts";
import { unknownName } from "../../support/unknownName.ts";
import { OutputFolder } from "../files/outputFolder.ts";
import type { PathUse } from "../files/refuseOverwriting.ts";
import type { ImageFile } from "../lists/imageList.ts";
import type { Annotations } from "./annotations.ts";
import { COCO_NAMES, openCocoFiles } from "./cocoFiles.ts";
import { CSV_NAME, openCsvFile } from "./csvFile.ts";
import type { ImageIds } from "./imageIds.ts";
import { JSON_NAME, openJsonFile } from "./jsonFile.ts";
import type { ResultFile } from "./resultFile.ts";
import { openYoloFiles, yoloNames } from "./yoloFiles.ts";

const SAVE_FORMATS = ["csv", "coco", "yolo", "json"] as const;
export type SaveFormat = (typeof SAVE_FORMATS)[number];

const ALIASES = { txt: "yolo", jsonl: "json", table: "csv", excel: "csv", xlsx: "csv", tsv: "csv" };

/** @throws UsageError for a format that is none of these, or for none. */
export function parseFormats(text: string, where: string): readonly SaveFormat[] {
  return text.split(",").map((part) => {
    const name = part.trim();
    const format = SAVE_FORMATS.find((known) => known === name.toLowerCase());
    if (format) return format;
    const expected = "formats, separated by commas";
    throw new UsageError(unknownName({ where, expected, name, names: SAVE_FORMATS, aliases: ALIASES }));
  });
}

interface Save {
  readonly folder: string;
  readonly formats: readonly SaveFormat[];
}

/** The files that may be written; those of each image for the images that are given. */
export function saveUses({ folder, formats }: Save, images: Iterable<ImageFile>): PathUse[] {
  const names = { csv: [CSV_NAME], coco: COCO_NAMES, yolo: yoloNames(images), json: [JSON_NAME] };
  return [...new Set(formats)].flatMap((format) =>
    names[format].map((name): PathUse => {
      const path = join(folder, name);
      const hint = "Choose another folder with --out.";
      return { path, role: "output", name: `${path} of --save ${format}`, hint };
    }),
  );
}

/**
 * Opens the files of all formats. If one cannot be opened, none is left open. `ids` are needed for COCO alone.
 *
 * @throws UsageError if the folder or one of its files cannot be written to.
 */
export async function openSaves(
  { folder, formats }: Save,
  model: Model,
  ids: ImageIds | undefined,
  annotations: Annotations | undefined,
): Promise<ResultFile[]> {
  const open: Record<SaveFormat, () => Promise<ResultFile>> = {
    csv: () => openCsvFile(folder, model.keypointNames),
    coco: () => openCocoFiles(folder, model, required(ids), annotations),
    yolo: () => openYoloFiles(folder, model),
    json: () => openJsonFile(folder),
  };
  const files: ResultFile[] = [];
  if (formats.length > 0) await OutputFolder.open(folder, "--out");
  try {
    for (const format of new Set(formats)) files.push(await open[format]());
  } catch (error) {
    for (const file of files) await file.finish();
    throw error;
  }
  return files;
}

function required(ids: ImageIds | undefined): ImageIds {
  if (ids) return ids;
  throw new Error("COCO results without ids");
}

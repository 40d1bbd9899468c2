import { join } from "node:path";
import type { Detection } from "../../detection.ts";
import { SEEN_KEYPOINT } from "../../detection.ts";
import { oneLine } from "../../errors.ts";
import { yoloLines } from "../../formats/yolo.ts";
import type { Model } from "../../models/model.ts";
import { OutputFolder } from "../files/outputFolder.ts";
import { OutputNames, stemOf } from "../files/outputNames.ts";
import type { ImageFile } from "../lists/imageList.ts";
import type { ResultFile } from "./resultFile.ts";

const CLASSES_NAME = "classes.txt";
const FOLDER = "labels";

/** The names of all files, below the folder of --out. */
export function yoloNames(images: Iterable<ImageFile>): string[] {
  const names = new LabelNames();
  return [CLASSES_NAME, ...Array.from(images, (image) => names.of(image))];
}

/** The names of label files, in the order in which they are first asked for. */
class LabelNames {
  private readonly names = new OutputNames(".txt");
  private readonly stems = new WeakMap<ImageFile, ImageFile>();

  /** Images that differ in their extension only have different label files. */
  of(image: ImageFile): string {
    const stem = this.stems.get(image) ?? { relativePath: stemOf(image.relativePath), path: "" };
    this.stems.set(image, stem);
    return join(FOLDER, this.names.of(stem));
  }
}

/**
 * One label file per image, in the same folders as the images, and the names of the classes by number. A class without
 * a name gets the next number.
 */
export async function openYoloFiles(folder: string, { classes, keypointNames }: Model): Promise<ResultFile> {
  const output = await OutputFolder.open(folder, "--out");
  const names = new LabelNames();
  const labels = classes.map(({ label }) => label);
  const numbers = new Map(classes.map(({ classId }, number) => [classId, number]));
  const numberOf = ({ classId, label }: Detection) => {
    const number = numbers.get(classId) ?? labels.push(label) - 1;
    numbers.set(classId, number);
    return number;
  };
  let written = 0;
  return {
    paths: [join(folder, FOLDER, "/"), join(folder, CLASSES_NAME)],
    async add({ image, result }) {
      if (!result) return;
      const known = labels.length;
      const options = { classOf: numberOf, keypointNames, keypointScore: SEEN_KEYPOINT };
      const lines = yoloLines(result, options).map((line) => `${line}\n`);
      await output.write(names.of(image), lines.join(""));
      // The names go with the first labels, so that these can be read whatever happens.
      if (written++ === 0 || labels.length > known) {
        await output.write(CLASSES_NAME, labels.map((label) => `${oneLine(label)}\n`).join(""));
      }
    },
    expect: (image) => void names.of(image),
    finish: async () => {},
  };
}

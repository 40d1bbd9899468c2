import { join } from "node:path";
import type { DetectResult } from "../../detectResult.ts";
import { UsageError } from "../../errors.ts";
import { encodePng } from "../../image/imageFile.ts";
import { classIdsOf } from "../../models/classIds.ts";
import type { Model } from "../../models/model.ts";
import { drawHeatmap } from "../../visualization/drawHeatmap.ts";
import { heatmap } from "../../visualization/heatmap.ts";
import { OutputFolder } from "../files/outputFolder.ts";
import { OutputNames, outputNames } from "../files/outputNames.ts";
import type { PathUse } from "../files/refuseOverwriting.ts";
import type { ImageFile } from "../lists/imageList.ts";
import { WrittenFiles } from "./writtenFiles.ts";

/** `people.jpg` becomes `people.heatmap.png`. */
const SUFFIX = ".heatmap.png";

/** The classes to show; `all` without a list. */
export type HeatmapClasses = "all" | readonly string[];

/** The folder for heatmaps, one per image, drawn over it. */
export class HeatmapFolder {
  /** The finished ones. */
  readonly written = new WrittenFiles();
  readonly names = new OutputNames(SUFFIX);

  private constructor(
    private readonly output: OutputFolder,
    private readonly classes: HeatmapClasses,
  ) {}

  /** @throws UsageError if the folder cannot be written to, or for a class that the model does not have. */
  static async open(folder: string, classes: HeatmapClasses, model: Model): Promise<HeatmapFolder> {
    if (classes !== "all") checkClasses(model, classes);
    return new HeatmapFolder(await OutputFolder.open(folder, "--out"), classes);
  }

  get folder(): string {
    return this.output.path;
  }

  /** @throws UsageError if the file cannot be written. */
  async write(image: ImageFile, result: DetectResult): Promise<void> {
    const classes = this.classes === "all" ? undefined : this.classes;
    const drawing = drawHeatmap(result.image, heatmap(result, { classes }));
    this.written.add(await this.output.write(this.names.of(image), encodePng(drawing)));
  }
}

/** The heatmaps that `HeatmapFolder` is going to write. */
export function heatmapUses(folder: string, images: Iterable<ImageFile>): PathUse[] {
  return outputNames(images, SUFFIX).map((name) => {
    const path = join(folder, name);
    return { path, role: "output", name: `heatmap ${path}`, hint: "Choose another folder with --out." };
  });
}

function checkClasses(model: Model, classes: readonly string[]): void {
  try {
    classIdsOf(model, classes);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError({ ...error.fault, where: "option --heatmaps" }, { cause: error });
  }
}

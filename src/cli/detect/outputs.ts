import { extname } from "node:path";
import type { RunImage } from "../../batch/imageRunner.ts";
import type { Wanted } from "../../batch/messages.ts";
import type { Model } from "../../models/model.ts";
import { isLocal } from "../files/findImages.ts";
import { isStdout } from "../files/jsonLines.ts";
import type { PathUse } from "../files/refuseOverwriting.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import type { ImageFile, ImageList, ListedImage } from "../lists/imageList.ts";
import type { Annotations } from "../save/annotations.ts";
import type { ImageIds } from "../save/imageIds.ts";
import type { Finished, ResultFile } from "../save/resultFile.ts";
import { openSaves, saveUses } from "../save/saveFormats.ts";
import { ActivationFolder, activationUses } from "./activationFolder.ts";
import { CropFolder } from "./cropFolder.ts";
import { DrawingFolder, drawingUses } from "./drawingFolder.ts";
import { type DetectFlags, outFolder } from "./flags.ts";
import { HeatmapFolder, heatmapUses } from "./heatmapFolder.ts";
import type { Records } from "./records.ts";

/** Every path that a run of these images reads or writes. */
export async function pathUses(images: ImageList, flags: DetectFlags): Promise<PathUse[]> {
  const { model, weights, labelMap, annotations, json, draw, save = [], crops } = flags;
  const { heatmaps, activations, list, shard } = flags;
  const folder = outFolder(flags);
  const input = (path: string, name: string): PathUse => ({ path, role: "input", name });
  const isFile = json !== undefined && !isStdout(json) && !shard;
  return [
    ...Array.from(images)
      .filter(isLocal)
      .map(({ path }) => input(path, `image ${path}`)),
    ...(await weightsUses(weights, model)),
    ...(labelMap === undefined ? [] : [input(labelMap, `label map ${labelMap}`)]),
    ...(annotations === undefined ? [] : [input(annotations, `annotations ${annotations}`)]),
    ...(list === undefined || list === "-" ? [] : [input(list, `list ${list}`)]),
    ...(isFile ? [{ path: json, role: "output" as const, name: `option --json ${json}` }] : []),
    ...(draw ? drawingUses(folder, images) : []),
    ...(heatmaps ? heatmapUses(folder, images) : []),
    ...(activations ? activationUses(folder, images) : []),
    ...saveUses({ folder, formats: save }, images),
    ...(crops === undefined
      ? []
      : [{ path: crops, role: "output-folder" as const, name: `option --crops ${crops}` }]),
  ];
}

/** The folders that files of each image go to, by the option that names them. */
export function imageFolders(flags: DetectFlags): { readonly folder: string; readonly flag: string }[] {
  const { draw, save, heatmaps, activations, crops } = flags;
  const usesOut = draw || save || heatmaps || activations;
  return [
    ...(usesOut ? [{ folder: outFolder(flags), flag: "--out" }] : []),
    ...(crops === undefined ? [] : [{ folder: crops, flag: "--crops" }]),
  ];
}

interface Opened {
  readonly records: Records;
  /** Absent with --no-draw. */
  readonly drawings?: DrawingFolder;
  readonly heatmaps?: HeatmapFolder;
  readonly activations?: ActivationFolder;
  readonly crops?: CropFolder;
  readonly saves: readonly ResultFile[];
}

/** Everything that a run writes to files. */
export class Outputs {
  private constructor(private readonly opened: Opened) {}

  /** @throws UsageError if a file or folder cannot be written to. */
  static async open(
    flags: DetectFlags,
    model: Model,
    { records, ids, annotations }: { records: Records; ids?: ImageIds; annotations?: Annotations },
  ): Promise<Outputs> {
    const folder = outFolder(flags);
    const drawings = flags.draw ? await DrawingFolder.open(folder) : undefined;
    const heatmaps = flags.heatmaps && (await HeatmapFolder.open(folder, flags.heatmaps, model));
    const activations = flags.activations && (await ActivationFolder.open(folder, flags));
    const crops = flags.crops === undefined ? undefined : await CropFolder.open(flags.crops);
    const saves = await openSaves({ folder, formats: flags.save ?? [] }, model, ids, annotations);
    return new Outputs({ records, drawings, heatmaps, activations, crops, saves });
  }

  get drawings(): DrawingFolder | undefined {
    return this.opened.drawings;
  }

  get heatmaps(): HeatmapFolder | undefined {
    return this.opened.heatmaps;
  }

  get activations(): ActivationFolder | undefined {
    return this.opened.activations;
  }

  get crops(): CropFolder | undefined {
    return this.opened.crops;
  }

  /** Where the results of --save are. */
  get savedPaths(): readonly string[] {
    return this.opened.saves.flatMap(({ paths }) => paths);
  }

  /** Gives the image's files their names. To be called in the order of the list for all of its images, done or not. */
  expect(image: ListedImage): void {
    const { drawings, heatmaps, activations, crops, saves } = this.opened;
    for (const folder of [drawings, heatmaps, activations, crops]) folder?.names.of(image);
    for (const save of saves) save.expect?.(image);
  }

  /** What the images that are written need besides the detections. */
  wantedOf(image: ImageFile): Wanted {
    const { drawings, heatmaps, crops } = this.opened;
    const drawing = drawings && (extname(drawings.pathOf(image)) === ".png" ? "png" : "jpeg");
    return { drawing, keepsImage: heatmaps !== undefined || crops !== undefined };
  }

  /** Writes the images of one image: the drawing, the heatmap and the crops. @throws UsageError if one cannot be written. */
  async writeImages(image: ImageFile, { result, drawing }: RunImage): Promise<void> {
    const { drawings, heatmaps, crops } = this.opened;
    if (drawing) await drawings?.write(image, drawing);
    await heatmaps?.write(image, result);
    await crops?.write(image, result);
  }

  /** @throws UsageError if the results cannot be written. */
  async add(finished: Finished): Promise<void> {
    await this.opened.records.add(finished);
    for (const save of this.opened.saves) await save.add(finished);
  }

  /** Gives files their names, even if one of them fails: results so far are kept. */
  async finish(): Promise<void> {
    const endings = await Promise.allSettled(this.opened.saves.map((save) => save.finish()));
    for (const ending of endings) if (ending.status === "rejected") throw ending.reason;
  }
}

import { extname } from "node:path";
import type { RunImage } from "../../batch/imageRunner.ts";
import type { Wanted } from "../../batch/messages.ts";
import type { Model } from "../../models/model.ts";
import { DrawingFolder, drawingUses } from "../files/drawingFolder.ts";
import { type ImageFile, isLocal } from "../files/findImages.ts";
import { isStdout, type JsonLines } from "../files/jsonLines.ts";
import type { PathUse } from "../files/refuseOverwriting.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import type { Annotations } from "../save/annotations.ts";
import type { ImageIds } from "../save/imageIds.ts";
import type { Finished, ResultFile } from "../save/resultFile.ts";
import { openSaves, saveUses } from "../save/saveFormats.ts";
import { ActivationFolder, activationUses } from "./activationFolder.ts";
import { CropFolder } from "./cropFolder.ts";
import { type DetectFlags, outFolder } from "./flags.ts";
import { HeatmapFolder, heatmapUses } from "./heatmapFolder.ts";

/** Every path that a run reads or writes. */
export async function pathUses(images: readonly ImageFile[], flags: DetectFlags): Promise<PathUse[]> {
  const { model, weights, labelMap, annotations, json, draw, save = [], crops } = flags;
  const { heatmaps, activations } = flags;
  const folder = outFolder(flags);
  const input = (path: string, name: string): PathUse => ({ path, role: "input", name });
  return [
    ...images.filter(isLocal).map(({ path }) => input(path, `image ${path}`)),
    ...(await weightsUses(weights, model)),
    ...(labelMap === undefined ? [] : [input(labelMap, `label map ${labelMap}`)]),
    ...(annotations === undefined ? [] : [input(annotations, `annotations ${annotations}`)]),
    ...(json === undefined || isStdout(json)
      ? []
      : [{ path: json, role: "output" as const, name: `option --json ${json}` }]),
    ...(draw ? drawingUses(folder, images) : []),
    ...(heatmaps ? heatmapUses(folder, images) : []),
    ...(activations ? activationUses(folder, images) : []),
    ...saveUses({ folder, formats: save, images }),
    ...(crops === undefined
      ? []
      : [{ path: crops, role: "output-folder" as const, name: `option --crops ${crops}` }]),
  ];
}

interface Opened {
  readonly json: JsonLines;
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
    images: readonly ImageFile[],
    flags: DetectFlags,
    model: Model,
    { json, ids, annotations }: { json: JsonLines; ids: ImageIds; annotations?: Annotations },
  ): Promise<Outputs> {
    const folder = outFolder(flags);
    const drawings = flags.draw ? await DrawingFolder.open(folder, images) : undefined;
    const heatmaps = flags.heatmaps && (await HeatmapFolder.open(folder, images, flags.heatmaps, model));
    const activations = flags.activations && (await ActivationFolder.open(folder, images, flags));
    const crops = flags.crops === undefined ? undefined : await CropFolder.open(flags.crops, images);
    const saves = await openSaves({ folder, formats: flags.save ?? [], images }, model, ids, annotations);
    return new Outputs({ json, drawings, heatmaps, activations, crops, saves });
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
    await this.opened.json.add(finished.record);
    for (const save of this.opened.saves) await save.add(finished);
  }

  /** Gives files their names, even if one of them fails: results so far are kept. */
  async finish(): Promise<void> {
    const endings = await Promise.allSettled(this.opened.saves.map((save) => save.finish()));
    for (const ending of endings) if (ending.status === "rejected") throw ending.reason;
  }
}

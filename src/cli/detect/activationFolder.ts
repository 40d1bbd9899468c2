import { join } from "node:path";
import { type RanOn, runInWords } from "../../backend/backendDetails.ts";
import { encodeNpy } from "../../formats/npy.ts";
import { encodePng } from "../../image/imageFile.ts";
import type { Tensor } from "../../tensor.ts";
import { activationGrid, type GridScale } from "../../visualization/activationGrid.ts";
import { OutputFolder } from "../files/outputFolder.ts";
import { OutputNames, outputNames } from "../files/outputNames.ts";
import type { PathUse } from "../files/refuseOverwriting.ts";
import type { ImageFile } from "../lists/imageList.ts";
import { activationLine } from "../report/activationLine.ts";
import type { DetectFlags } from "./flags.ts";
import { WrittenFiles } from "./writtenFiles.ts";

/** `people.jpg` gets the folder `people.activations`, with a file for each layer. */
const SUFFIX = ".activations";

/** The folder that has a folder for each image's values of layers: `<layer>.png`, a grid of the channels, and `<layer>.npy`. */
export class ActivationFolder {
  /** Folders that values were written to. */
  readonly written = new WrittenFiles();
  readonly names = new OutputNames(SUFFIX);
  private latest = "";
  private lines: string[] = [];

  private constructor(
    private readonly output: OutputFolder,
    private readonly withNpy: boolean,
    private readonly scale: GridScale | undefined,
  ) {}

  /** @throws UsageError if the folder cannot be written to. */
  static async open(
    folder: string,
    { npy, activationScale }: Pick<DetectFlags, "npy" | "activationScale">,
  ): Promise<ActivationFolder> {
    const output = await OutputFolder.open(folder, "--out");
    return new ActivationFolder(output, npy ?? false, activationScale);
  }

  get folder(): string {
    return this.output.path;
  }

  /** @throws UsageError if a file cannot be written. */
  async write(image: ImageFile, layer: string, tensor: Tensor): Promise<void> {
    const below = this.names.of(image);
    const grid = activationGrid(tensor, { scale: this.scale });
    await this.output.write(join(below, `${layer}.png`), encodePng(grid.image));
    if (this.withNpy) await this.output.write(join(below, `${layer}.npy`), encodeNpy(tensor));
    if (below !== this.latest) this.written.add(join(this.folder, below));
    this.latest = below;
    this.lines.push(activationLine(layer, tensor.shape, grid));
  }

  /** Says what computed the image's values: other runs have other bits. */
  finishImage(ran: RanOn): void {
    this.lines.push(`  values of ${runInWords(ran)}`);
  }

  /** What was written since the last call: a line for each layer, then what computed them. */
  takeLines(): string[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }
}

/** The folders that `ActivationFolder` is going to fill. */
export function activationUses(folder: string, images: Iterable<ImageFile>): PathUse[] {
  return outputNames(images, SUFFIX).map((name) => {
    const path = join(folder, name);
    return {
      path,
      role: "output-folder",
      name: `activations ${path}`,
      hint: "Choose another folder with --out.",
    };
  });
}

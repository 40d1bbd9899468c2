import { join } from "node:path";
import type { DetectResult } from "../../detectResult.ts";
import { cropImage } from "../../image/crop.ts";
import { encodeJpeg, encodePng } from "../../image/imageFile.ts";
import { OutputFolder } from "../files/outputFolder.ts";
import { OutputNames, stemOf } from "../files/outputNames.ts";
import type { ImageFile } from "../lists/imageList.ts";

/** A file name has at most 255 bytes, and a character up to four of them. */
const MAX_LABEL_CHARACTERS = 60;

/** The folder for what the boxes cover: `<label>/<image>-<number>.jpg`, best first, without boxes drawn. */
export class CropFolder {
  /** How many were written. */
  count = 0;
  readonly names = new OutputNames();

  private constructor(private readonly output: OutputFolder) {}

  /** @throws UsageError if the folder cannot be written to. */
  static async open(folder: string): Promise<CropFolder> {
    return new CropFolder(await OutputFolder.open(folder, "--crops"));
  }

  get folder(): string {
    return this.output.path;
  }

  /** @throws UsageError if a file cannot be written. */
  async write(image: ImageFile, { image: pixels, detections }: DetectResult): Promise<void> {
    const name = this.names.of(image);
    const isPng = name.endsWith(".png");
    for (const [i, { label, box }] of detections.entries()) {
      const crop = cropImage(pixels, box);
      if (!crop) continue;
      const file = `${stemOf(name)}-${i + 1}${isPng ? ".png" : ".jpg"}`;
      await this.output.write(join(folderName(label), file), isPng ? encodePng(crop) : encodeJpeg(crop));
      this.count++;
    }
  }
}

/** A label as the name of a folder: without what file systems forbid, and not hidden. */
function folderName(label: string): string {
  const name = label.replace(/[/\\:*?"<>|\p{Cc}\p{Cf}]/gu, "_").replace(/^\.|[. ]+$/g, "_");
  return [...name].slice(0, MAX_LABEL_CHARACTERS).join("") || "_";
}

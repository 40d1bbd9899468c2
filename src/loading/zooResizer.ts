/** What the `image_resizer` of a `pipeline.config` means for a network: its name, and whether it can run. */
import { ModelError } from "../errors.ts";
import { describeResizer, fixedInputSize, type ImageResizer } from "../image/input/resizer/imageResizer.ts";
import { nearestInWords } from "../models/model.ts";
import { ZOO_BACKBONES, type ZooArchitecture } from "../models/zoo/zooArchitecture.ts";

/** `512x512`, or in short how images decide the size: `600-1024`. */
export function sizeName(resizer: ImageResizer): string {
  const size = fixedInputSize(resizer);
  if (size) return `${size.width}x${size.height}`;
  switch (resizer.kind) {
    case "keepAspectRatio":
      return `${resizer.minDimension}-${resizer.maxDimension}`;
    case "conditionalShape":
      return `${resizer.condition.toLowerCase()}${resizer.sizeThreshold}`;
    case "padToMultiple":
      return `multiple${resizer.multiple}`;
    default:
      return "identity";
  }
}

/** @throws ModelError for a fixed size that the network cannot run, and for gray images that it cannot normalize. */
export function checkResizer(resizer: ImageResizer, architecture: ZooArchitecture, where: string): void {
  const { backbone, normalization } = architecture;
  const { title, sides } = ZOO_BACKBONES[backbone];
  const size = fixedInputSize(resizer);
  if (size && !(sides.takes(size.height) && sides.takes(size.width))) {
    throw new ModelError({
      where: `${where}: image_resizer`,
      expected: `sides that ${title} can run, ${sides.words}`,
      got: `${size.width}x${size.height}, by ${describeResizer(resizer)}`,
      hint: nearestInWords(sides, size),
    });
  }
  const gray = "convertToGrayscale" in resizer && resizer.convertToGrayscale;
  if (!gray || !normalization.bgrOrdering) return;
  throw new ModelError({
    where: `${where}: image_resizer`,
    expected: "color, as the feature extractor has bgr_ordering",
    got: "convert_to_grayscale",
    hint: "The original fails too: a gray image has no blue and red to exchange.",
  });
}

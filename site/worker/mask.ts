/** Requests of Detect's mode that masks faces. Nothing is kept but the image that is shown: the page has all the rest. */
import {
  type Box,
  type Face,
  facesToMask,
  findFacesBelow,
  grownBox,
  type MaskOptions,
  maskFaces,
  type PlainImage,
  readPlainImage,
  runInWords,
  writeMasked,
} from "centernet";
import { bitmapOf } from "./bitmap.ts";
import type { Call } from "./call.ts";
import { THUMBNAIL_SIDE } from "./detect.ts";
import { beside } from "./ownWeights.ts";
import { type ChosenImage, detectorFor, type Settings } from "./session.ts";

/** How faces are searched. */
export interface FaceSearch {
  readonly score: number;
  readonly sides: readonly number[];
  readonly turns: boolean;
}

/** By which detector, and how, faces are searched. */
interface Searched {
  readonly settings: Settings;
  readonly search: FaceSearch;
}

/** An image with its masks. */
export interface Masked {
  readonly image: ChosenImage;
  /** Rows of (xmin, ymin, xmax, ymax), as they were found or drawn; masks are larger. */
  readonly boxes: Float64Array;
  readonly options: Pick<MaskOptions, "mask" | "shape">;
}

let plain: { readonly id: number; readonly image: Promise<PlainImage> } | undefined;

export const maskHandlers = {
  /** The image as its new file will hold it, without masks. */
  async maskOpen({ image }: { readonly image: ChosenImage }, call: Call) {
    const opened = await plainOf(image);
    const { width, height } = opened.image;
    const bitmap = await bitmapOf(opened.image);
    const thumbnail = await bitmapOf(opened.image, THUMBNAIL_SIDE);
    call.transfer(bitmap, thumbnail);
    return { bitmap, thumbnail, width, height };
  },

  async maskSearch({ image, settings, search }: Searched & { readonly image: ChosenImage }, call: Call) {
    const { image: pixels } = await plainOf(image);
    const detector = await detectorFor(settings, call);
    call.progress({ text: "searching for faces" });
    const { signal } = call;
    const { faces, smallestFace, foundLater, settled } = await detector.lend((network) =>
      facesToMask(network, pixels, { ...search, where: image.name, signal }),
    );
    const { network } = detector;
    return {
      faces: faces.map(faceOf),
      smallestFace,
      foundLater,
      settled,
      ranOn: runInWords(network),
    };
  },

  /** The image with its masks, as the new file will show it. */
  async maskPreview({ image, boxes, options }: Masked, call: Call) {
    const { image: pixels } = await plainOf(image);
    const bitmap = await bitmapOf(maskFaces(pixels, detectionsOf(boxes), options));
    call.transfer(bitmap);
    return bitmap;
  },

  /** The faces that the detector finds in the image with its masks. */
  async maskCheck(
    { masked: { image, boxes, options }, settings, search }: Searched & { readonly masked: Masked },
    call: Call,
  ) {
    const { image: pixels } = await plainOf(image);
    const detector = await detectorFor(settings, call);
    const { signal } = call;
    const { faces } = await detector.lend((network) =>
      findFacesBelow(network, pixels, detectionsOf(boxes), {
        ...search,
        ...options,
        where: image.name,
        signal,
      }),
    );
    return faces.map(({ best: { score, box } }) => ({ score, box }));
  },

  /** The new file. */
  async maskSave({ image, boxes, options }: Masked, call: Call) {
    const opened = await plainOf(image);
    const bytes = writeMasked(opened, detectionsOf(boxes), options);
    call.transfer(bytes.buffer);
    return { bytes, format: opened.format };
  },
};

function faceOf({ best, rows }: Face) {
  const boxes = Float64Array.from(rows.flatMap(({ box }) => [box.xmin, box.ymin, box.xmax, box.ymax]));
  const grown = rows.map(({ box }) => grownBox(box));
  const outline: Box = {
    xmin: Math.min(...grown.map(({ xmin }) => xmin)),
    ymin: Math.min(...grown.map(({ ymin }) => ymin)),
    xmax: Math.max(...grown.map(({ xmax }) => xmax)),
    ymax: Math.max(...grown.map(({ ymax }) => ymax)),
  };
  return { score: best.score, box: best.box, outline, boxes };
}

function detectionsOf(boxes: Float64Array): { readonly box: Box }[] {
  return Array.from({ length: boxes.length / 4 }, (_, row) => {
    const [xmin, ymin, xmax, ymax] = boxes.subarray(row * 4, row * 4 + 4);
    return { box: { xmin, ymin, xmax, ymax } };
  });
}

function plainOf({ id, name, source }: ChosenImage): Promise<PlainImage> {
  if (plain?.id !== id) {
    const opened = { id, image: bytesOf(source).then((bytes) => readPlainImage(bytes, name)) };
    plain = opened;
    opened.image.catch(() => {
      if (plain === opened) plain = undefined;
    });
  }
  return plain.image;
}

async function bytesOf(source: string | Blob): Promise<Uint8Array> {
  const blob = typeof source === "string" ? await (await fetch(beside(source))).blob() : source;
  return new Uint8Array(await blob.arrayBuffer());
}

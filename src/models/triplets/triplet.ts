/**
 * CenterNet with keypoint triplets (Duan et al., arXiv:1904.08189): the two networks that its authors
 * published, with the figures from the README of github.com/Duankaiwen/CenterNet.
 */
import { ModelError } from "../../errors.ts";
import type { PublishedFigures } from "../model.ts";
import {
  TRIPLET_ARCHITECTURES,
  type TripletArchitecture,
  tripletSizeMultiple,
} from "./tripletArchitecture.ts";
import { type TripletModel, tripletModel } from "./tripletModel.ts";

/** The scales of the authors' configurations for several. */
const SCALES = [0.6, 1, 1.2, 1.5, 1.8];

/** All with the mirror image: at one scale, and at several (arXiv:1904.08189, table 2). */
function measured(boxes: number, milliseconds: number, atScales: number): PublishedFigures {
  const withMirror = { flip: true, sizedByImage: true } as const;
  const protocols = [
    { ...withMirror, boxes },
    { ...withMirror, boxes: atScales, scales: SCALES },
  ];
  return { images: "COCO test-dev", gpu: "a Tesla P100", boxes, milliseconds, protocols };
}

const ROWS = [
  {
    name: "centernet-52",
    backbone: "Hourglass-52, triplets",
    file: "CenterNet-52_480000.pkl",
    published: measured(41.6, 270, 43.5),
  },
  {
    name: "centernet-104",
    backbone: "Hourglass-104, triplets",
    file: "CenterNet-104_480000.pkl",
    published: measured(44.9, 340, 47.0),
  },
] as const;

export const TRIPLETS: readonly TripletModel[] = ROWS.map(({ name, backbone, file, published }) => {
  const weightsHint = `Give the file that its authors publish, ${file}, as the option weights; this program does not fetch it. See github.com/Duankaiwen/CenterNet.`;
  const architecture = TRIPLET_ARCHITECTURES[name];
  return { ...tripletModel({ name, backbone, architecture, weightsHint }), published };
});

/** The name of every network that is none of the published ones. */
export const UNPUBLISHED_TRIPLETS = "centernet-triplets";

/**
 * The sides of the canvases that images are put on (`placeOnCanvas`) are one less than a multiple of this.
 */
const CANVAS_MULTIPLE = 128;

/**
 * A model for weights of an unpublished architecture, which has no name of its own.
 *
 * @throws ModelError if the hourglass is too deep for the canvases of the test procedure.
 */
export function unpublishedTriplets(architecture: TripletArchitecture): TripletModel {
  const { stacks, channels } = architecture.hourglass;
  const levels = channels.length - 1;
  if (CANVAS_MULTIPLE % tripletSizeMultiple(architecture) !== 0) {
    throw new ModelError({
      where: UNPUBLISHED_TRIPLETS,
      expected: "an hourglass of at most 5 levels, for canvases whose sides are 127 modulo 128",
      got: `one of ${levels}`,
    });
  }
  const backbone = `Hourglass of ${stacks} x ${levels} levels, triplets`;
  const weightsHint = "Pass the file that it was found in as the option weights.";
  return tripletModel({ name: UNPUBLISHED_TRIPLETS, backbone, architecture, weightsHint });
}

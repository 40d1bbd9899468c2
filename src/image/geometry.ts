/**
 * Where a point of the image lies in the network's input and in its maps, and the way back. All points are continuous:
 * (0, 0) is the top-left corner of the first pixel or cell, whose center is (0.5, 0.5).
 */
import type { Point } from "../detection.ts";
import { UsageError } from "../errors.ts";
import { type ImageTransform, imageToInput, inputToImage } from "./input/letterbox.ts";

/**
 * How the image lies in one view, the input of one run of the network, in plain numbers:
 *
 *     input = image · (scaleX, scaleY) + (left, top), mirrored: input.x = inputWidth - input.x
 *     cell  = input · (cellsPerPixelX, cellsPerPixelY)
 */
export interface ViewPlacement extends Readonly<ImageTransform> {
  /** The factor of the option `scales`; else 1. What the preprocessing resizes by is `scaleX` and `scaleY`. */
  readonly scale: number;
  /** Whether the network's input is mirrored, as the second run of `flip` is. */
  readonly mirrored: boolean;
  /** Size of the network's input, in pixels. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Input pixels per cell of the output maps, rounded to a power of two. */
  readonly outputStride: number;
  /** Cells of the output maps per pixel of the input: `1 / outputStride`, or a little more for triplets. */
  readonly cellsPerPixelX: number;
  readonly cellsPerPixelY: number;
}

/** A result's geometry in plain numbers, as it is left by `postMessage`, `structuredClone` and JSON. */
export interface GeometryData {
  /** One per run of the network, in the order in which they ran. */
  readonly views: readonly ViewPlacement[];
}

/** The geometry of a result: one view per run of the network. */
export class Geometry implements GeometryData {
  readonly views: readonly ViewGeometry[];

  constructor({ views }: GeometryData) {
    this.views = views.map((view) => new ViewGeometry(view));
  }
}

/**
 * A result's geometry with its functions, from the plain numbers that are left of it after `postMessage`.
 *
 * @throws UsageError for anything else.
 */
export function geometryFrom(data: GeometryData): Geometry {
  const views: unknown = data?.views;
  if (!Array.isArray(views) || !views.every(isPlacement)) {
    throw new UsageError({ where: "geometryFrom", expected: "the geometry of a result", got: typeof data });
  }
  return new Geometry(data);
}

function isPlacement(view: unknown): boolean {
  const numbers = ["left", "top", "scaleX", "scaleY", "inputWidth", "cellsPerPixelX", "cellsPerPixelY"];
  return numbers.every((name) => Number.isFinite((view as Record<string, unknown> | null)?.[name]));
}

/**
 * One view's conversions between the image, the network's input and the cells of its maps. Nothing is clipped: a
 * point of the padding lies outside the image. The decode converts in the same way, so a box in cells becomes the
 * detection's box in pixels, up to float32 rounding and clipping.
 *
 * The functions for cells take the stride of a map, 1 to 128, if it is not that of the outputs.
 */
export class ViewGeometry implements ViewPlacement {
  readonly left: number;
  readonly top: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly scale: number;
  readonly mirrored: boolean;
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly outputStride: number;
  readonly cellsPerPixelX: number;
  readonly cellsPerPixelY: number;

  constructor(view: ViewPlacement) {
    this.left = view.left;
    this.top = view.top;
    this.scaleX = view.scaleX;
    this.scaleY = view.scaleY;
    this.imageWidth = view.imageWidth;
    this.imageHeight = view.imageHeight;
    this.scale = view.scale;
    this.mirrored = view.mirrored;
    this.inputWidth = view.inputWidth;
    this.inputHeight = view.inputHeight;
    this.outputStride = view.outputStride;
    this.cellsPerPixelX = view.cellsPerPixelX;
    this.cellsPerPixelY = view.cellsPerPixelY;
  }

  /** From pixels of the image to pixels of the network's input. */
  imageToInput({ x, y }: Point): Point {
    return this.turned(imageToInput(this, x, y));
  }

  /** From pixels of the network's input to pixels of the image. */
  inputToImage(point: Point): Point {
    const { x, y } = this.turned(point);
    return inputToImage(this, x, y);
  }

  /** From pixels of the network's input to cells of a map. */
  inputToCell({ x, y }: Point, stride = this.outputStride): Point {
    const finer = this.outputStride / stride;
    return { x: x * this.cellsPerPixelX * finer, y: y * this.cellsPerPixelY * finer };
  }

  /** From cells of a map to pixels of the network's input. */
  cellToInput({ x, y }: Point, stride = this.outputStride): Point {
    const finer = this.outputStride / stride;
    return { x: x / (this.cellsPerPixelX * finer), y: y / (this.cellsPerPixelY * finer) };
  }

  /** From pixels of the image to cells of a map. */
  imageToCell(point: Point, stride = this.outputStride): Point {
    return this.inputToCell(this.imageToInput(point), stride);
  }

  /** From cells of a map to pixels of the image. */
  cellToImage(point: Point, stride = this.outputStride): Point {
    return this.inputToImage(this.cellToInput(point, stride));
  }

  private turned({ x, y }: Point): Point {
    return { x: this.mirrored ? this.inputWidth - x : x, y };
  }
}

/** For an image that was resized and shifted, but neither mirrored nor scaled by an option, and maps of this stride. */
export function placementOf(
  transform: ImageTransform,
  input: { readonly width: number; readonly height: number },
  outputStride: number,
): ViewPlacement {
  return {
    ...transform,
    scale: 1,
    mirrored: false,
    inputWidth: input.width,
    inputHeight: input.height,
    outputStride,
    cellsPerPixelX: 1 / outputStride,
    cellsPerPixelY: 1 / outputStride,
  };
}

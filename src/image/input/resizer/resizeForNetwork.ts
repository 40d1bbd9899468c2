/** The network's input as a resizer of the Object Detection API makes it. */
import { offsetSamples, sampledImage } from "../../../backend/sampledImage.ts";
import { shapeOf, type Tensor } from "../../../tensor.ts";
import type { RgbImage } from "../../rgbImage.ts";
import type { ImageTransform } from "../letterbox.ts";
import { cornerSamples } from "../resizeBilinear.ts";
import { type ImageResizer, inputSizeOf, resizedSize, type Size } from "./imageResizer.ts";
import { nearestSamples, RESAMPLE } from "./resample.ts";

/** Where a resizer places an image; nothing is resized yet. */
export interface ResizedPlace {
  /** Size of the network's input. */
  readonly size: Size;
  /** The same without the padding (`true_image_shapes`). */
  readonly trueShape: Size;
  readonly transform: ImageTransform;
}

/** The image lies at the top left of the input. Its scales along x and y differ if it is stretched. */
export function placeByResizer(image: Size, resizer: ImageResizer): ResizedPlace {
  const trueShape = resizedSize(resizer, image);
  const transform = {
    left: 0,
    top: 0,
    scaleX: trueShape.width / image.width,
    scaleY: trueShape.height / image.height,
    imageWidth: image.width,
    imageHeight: image.height,
  };
  return { size: inputSizeOf(resizer, image), trueShape, transform };
}

/**
 * [1, height, width, 3]: RGB, not rounded, with the pad values (by default 0) at the bottom and right. Normalization
 * follows, so the network does not see 0 in the padding. A gray image has its one channel three times, as the
 * normalization of the original repeats it.
 *
 * A backend that samples images itself is given the places to sample at if the resizer is bilinear or takes the
 * nearest pixel, and pads with zeros, if at all. Otherwise the image is resized here.
 */
export function resizeForNetwork(image: RgbImage, resizer: ImageResizer): Tensor {
  const { size, trueShape } = placeByResizer(image, resizer);
  const shape = shapeOf(size.height, size.width, 3);
  const samples = samplesOf(resizer);
  const make = () => resized(image, resizer, size, trueShape);
  if (!samples) return { shape, data: make() };
  const sampling = {
    image,
    columns: offsetSamples(samples(image.width, trueShape.width), size.width, 0),
    rows: offsetSamples(samples(image.height, trueShape.height), size.height, 0),
    arithmetic: "float",
  } as const;
  return sampledImage(shape, sampling, make);
}

/** How to sample each side of the image; undefined if a pixel of the input comes from more than two by two pixels. */
function samplesOf(resizer: ImageResizer) {
  const { method, convertToGrayscale, perChannelPadValue = [] } = settingsOf(resizer);
  if (convertToGrayscale || perChannelPadValue.some((value) => value !== 0)) return undefined;
  const aligned = alignsCorners(resizer);
  if (method === "BILINEAR") return (from: number, to: number) => cornerSamples(from, to, aligned);
  if (method === "NEAREST_NEIGHBOR") return (from: number, to: number) => nearestSamples(from, to, aligned);
  return undefined;
}

interface Settings {
  readonly method?: keyof typeof RESAMPLE;
  readonly convertToGrayscale?: boolean;
  readonly perChannelPadValue?: readonly number[];
}

/** A resizer that only pads has no method; any of them leaves an image of the same size as it is. */
function settingsOf(resizer: ImageResizer): Settings & Required<Pick<Settings, "method">> {
  return { method: "NEAREST_NEIGHBOR", ...resizer };
}

function alignsCorners({ kind }: ImageResizer): boolean {
  return kind === "conditionalShape";
}

function resized(image: RgbImage, resizer: ImageResizer, size: Size, trueShape: Size): Float32Array {
  const { method, convertToGrayscale, perChannelPadValue = [] } = settingsOf(resizer);
  const { height, width } = trueShape;
  let data = RESAMPLE[method](image, trueShape, alignsCorners(resizer));
  if (height !== size.height || width !== size.width) {
    const canvas = new Float32Array(size.height * size.width * 3);
    perChannelPadValue.forEach((value, channel) => {
      for (let i = channel; i < canvas.length; i += 3) canvas[i] = value;
    });
    for (let y = 0; y < height; y++) {
      canvas.set(data.subarray(y * width * 3, (y + 1) * width * 3), y * size.width * 3);
    }
    data = canvas;
  }
  if (convertToGrayscale) makeGray(data);
  return data;
}

/** Red, green and blue of ITU-R BT.601, as `tf.image.rgb_to_grayscale` rounds them. */
const LUMA = [0.2989, 0.587, 0.114].map(Math.fround);

function makeGray(data: Float32Array): void {
  for (let i = 0; i < data.length; i += 3) {
    const red = Math.fround(LUMA[0] * data[i]);
    const green = Math.fround(LUMA[1] * data[i + 1]);
    const blue = Math.fround(LUMA[2] * data[i + 2]);
    data.fill(Math.fround(Math.fround(red + green) + blue), i, i + 3);
  }
}

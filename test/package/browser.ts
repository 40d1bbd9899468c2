/** What a browser's program passes and keeps: compiled against the packed tarball without the types of Node. */
import { type DetectResult, encodeJpeg, encodePng, type ImageSource, load } from "centernet";

const file = new File([], "photo.jpg");
const canvas = document.createElement("canvas");
export const sources: ImageSource[] = [
  file,
  new Blob(),
  new ImageData(1, 1),
  await createImageBitmap(file),
  canvas,
  new OffscreenCanvas(1, 1),
  document.images[0],
  document.createElement("video"),
  new VideoFrame(canvas, { timestamp: 0 }),
  await fetch("photo.jpg"),
  new URL("photo.jpg", location.href),
  "photo.jpg",
  await file.arrayBuffer(),
];

const detector = await load("movenet-lightning", { weights: file, labelMap: new Blob() });
const { signal } = new AbortController();
const result: DetectResult = await detector.detect(sources[0], { signal });
export const files = [
  new Blob([encodePng(result.image)]),
  new File([encodeJpeg(result.image)], "people.jpg"),
];
export const response = new Response(encodePng(result.image));

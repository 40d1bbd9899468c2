/** What a program in Node passes and keeps: compiled against the packed tarball without the types of browsers. */
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { CenterNetError, encodePng, type ImageSource, load, type RawResult } from "centernet";

/** As sharp's `toBuffer({ resolveWithObject: true })` returns it. */
const raw = {
  data: Buffer.alloc(4),
  info: { format: "raw", width: 1, height: 1, channels: 4 as const, size: 4 },
};
const result: RawResult = raw;
export const sources: ImageSource[] = [
  "people.jpg",
  pathToFileURL("people.jpg"),
  await readFile("people.jpg"),
  await fetch("http://localhost/people.jpg"),
  new Blob([]),
  result,
  { ...raw.info, data: raw.data },
];

const detector = await load(undefined, {
  weights: pathToFileURL("weights.safetensors"),
  labelMap: ["person"],
});
try {
  const { image } = await detector.detect(sources[0], { signal: AbortSignal.timeout(1000) });
  await writeFile("people.png", encodePng(image));
} catch (error) {
  if (error instanceof CenterNetError) console.error(error.fault.where, error.fault.hint);
}

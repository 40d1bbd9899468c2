/** The program that `startup` times: it detects the people in one image and exits. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SAMPLE_IMAGE, WEIGHTS } from "../paths.ts";
import { library } from "./library.ts";

const { load } = await library();
const weights = join(WEIGHTS, "movenet-multipose.safetensors");
const detector = await load("movenet-multipose", { backend: "wasm", weights });
const { detections, backendDetails } = await detector.detect(new Uint8Array(await readFile(SAMPLE_IMAGE)));
console.log(JSON.stringify({ people: detections.length, ...backendDetails }));
process.exit();

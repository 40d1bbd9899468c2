import process from "node:process";
import { load } from "centernet";

const detector = await load();
const { detections, backend } = await detector.detect(process.argv[2]);
console.log(`on ${backend}`);
for (const { label, score } of detections) console.log(label, score.toFixed(2));
await detector.dispose();

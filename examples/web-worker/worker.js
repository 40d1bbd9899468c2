import { load } from "centernet";

const detector = await load();
addEventListener("message", async ({ data: file }) => {
  const { detections, backend } = await detector.detect(file);
  const lines = detections.map(({ label, score }) => `${label} ${score.toFixed(2)}`);
  postMessage([`on ${backend}`, ...lines].join("\n"));
});
postMessage("ready");

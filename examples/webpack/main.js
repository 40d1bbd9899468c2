import { load } from "centernet";

const detector = await load();
const result = document.querySelector("#result");
const input = document.querySelector("input");
input.addEventListener("change", async () => {
  const { detections, backend } = await detector.detect(input.files[0]);
  const lines = detections.map(({ label, score }) => `${label} ${score.toFixed(2)}`);
  result.textContent = [`on ${backend}`, ...lines].join("\n");
});
result.textContent = "ready";

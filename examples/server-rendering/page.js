// On the server, importing the package reads no file, starts no thread and compiles nothing: only `load` does.
import { load, MODELS } from "centernet";

export function render() {
  return `<!doctype html>
<meta charset="utf-8">
<title>${MODELS.length} models</title>
<input type="file" accept="image/*">
<pre id="result"></pre>
<script type="module" src="/client.js"></script>`;
}

/** In the browser, once the page is there. */
export async function hydrate() {
  const detector = await load();
  const result = document.querySelector("#result");
  const input = document.querySelector("input");
  input.addEventListener("change", async () => {
    const { detections, backend } = await detector.detect(input.files[0]);
    const lines = detections.map(({ label, score }) => `${label} ${score.toFixed(2)}`);
    result.textContent = [`on ${backend}`, ...lines].join("\n");
  });
  result.textContent = "ready";
}

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const result = document.querySelector("#result");
const input = document.querySelector("input");
worker.addEventListener("message", ({ data }) => {
  result.textContent = data;
});
input.addEventListener("change", () => worker.postMessage(input.files[0]));

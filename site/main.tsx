/** Starts the page. */
import { render } from "preact";
import { App } from "./App.tsx";
import { startDetecting } from "./state/detection.ts";
import { needsModels } from "./state/settings.ts";
import { refreshModels } from "./state/weights.ts";
import { dropImages } from "./views/detect/sources.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/detect.css";
import "./styles/network.css";
import "./styles/decode.css";
import "./styles/triplets.css";
import "./styles/compare.css";

const listed = refreshModels().catch(() => {});
// So that nothing starts that the address does not mean.
if (needsModels.value) await listed;
// What is dropped where nothing else takes it is an image: without this, the browser would show it in place of the page.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  if (event.defaultPrevented) return;
  event.preventDefault();
  void dropImages(event.dataTransfer);
});
startDetecting();
// Reading the modules and drawing the page are two tasks, so that neither keeps the browser for 50 ms.
await new Promise((resume) => setTimeout(resume));
render(<App />, document.getElementById("page") as HTMLElement);

/** Starts the page. */
import { render } from "preact";
import { App } from "./App.tsx";
import { startDetecting } from "./state/detection.ts";
import { needsModels } from "./state/settings.ts";
import { refreshModels } from "./state/weights.ts";
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
startDetecting();
render(<App />, document.getElementById("page") as HTMLElement);

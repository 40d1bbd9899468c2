/** Starts the page. */
import { render } from "preact";
import { App } from "./App.tsx";
import { startDetecting } from "./state/detection.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/network.css";
import "./styles/compare.css";

startDetecting();
render(<App />, document.getElementById("page") as HTMLElement);

/** The frame of the page: the links, the line of state, and the view that the address names. */
import type { ComponentType } from "preact";
import { StatusLine } from "./components/StatusLine.tsx";
import { hrefOf, route, routeNote, type View } from "./state/route.ts";
import { CompareView } from "./views/compare/CompareView.tsx";
import { DetectView } from "./views/detect/DetectView.tsx";
import { LoadView } from "./views/load/LoadView.tsx";
import { NetworkView } from "./views/network/NetworkView.tsx";

interface Page {
  readonly title: string;
  readonly content: ComponentType;
}

const PAGES: Partial<Record<View, Page>> = {
  detect: { title: "Detect", content: DetectView },
  network: { title: "Network", content: NetworkView },
  compare: { title: "Compare", content: CompareView },
  load: { title: "Load", content: LoadView },
};

export function App() {
  const { view } = route.value;
  const { content: Content = DetectView } = PAGES[view] ?? {};
  return (
    <>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the view
      </button>
      <header class="bar">
        <strong class="name">centernet</strong>
        <nav aria-label="Views">
          {Object.entries(PAGES).map(([name, { title }]) => (
            <a key={name} href={hrefOf(name as View)} aria-current={name === view ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <StatusLine />
      </header>
      <main id="main" tabIndex={-1}>
        {routeNote.value && <p class="note">{routeNote.value}</p>}
        <Content />
      </main>
      <footer class="foot">
        Nothing leaves this machine: images and weights are read by this page alone.
      </footer>
    </>
  );
}

/** No link: the hash is the view's address. */
function skipToMain(): void {
  document.getElementById("main")?.focus();
}

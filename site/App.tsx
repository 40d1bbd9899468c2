/** The frame of the page: the links, the line of state, and the view that the address names. */
import type { ComponentType } from "preact";
import { AddressNotes } from "./components/AddressNotes.tsx";
import { lazy } from "./components/lazy.tsx";
import { StatusLine } from "./components/StatusLine.tsx";
import { hrefOf, route, type View } from "./state/route.ts";
import { DetectView } from "./views/detect/DetectView.tsx";

interface Page {
  readonly title: string;
  readonly content: ComponentType;
}

/** Detect comes with the page; the code of the others is fetched when they are opened. */
const PAGES: Readonly<Record<View, Page>> = {
  detect: { title: "Detect", content: DetectView },
  network: {
    title: "Network",
    content: lazy(async () => (await import("./views/network/NetworkView.tsx")).NetworkView),
  },
  decode: {
    title: "Decode",
    content: lazy(async () => (await import("./views/decode/DecodeView.tsx")).DecodeView),
  },
  triplets: {
    title: "Triplets",
    content: lazy(async () => (await import("./views/triplets/TripletsView.tsx")).TripletsView),
  },
  compare: {
    title: "Compare",
    content: lazy(async () => (await import("./views/compare/CompareView.tsx")).CompareView),
  },
  load: {
    title: "Load",
    content: lazy(async () => (await import("./views/load/LoadView.tsx")).LoadView),
  },
};

export function App() {
  const { view } = route.value;
  const { content: Content } = PAGES[view];
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
        <AddressNotes />
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

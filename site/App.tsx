/** The frame of the page: the links, the line of state, and the view that the address names. */
import type { ComponentType } from "preact";
import { AddressNotes } from "./components/AddressNotes.tsx";
import { lazy } from "./components/lazy.tsx";
import { StatusLine } from "./components/StatusLine.tsx";
import { hrefOf, route, type View } from "./state/route.ts";
import { declineTour, TOUR_LINK, tourHref, tourOffered, tourStep } from "./state/tour.ts";
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

const TourCard = lazy(async () => (await import("./tour/TourCard.tsx")).TourCard, "tour");

export function App() {
  const { view } = route.value;
  const touring = tourStep.value !== undefined;
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
        <a id={TOUR_LINK} class="tour-link" href={tourHref()} aria-current={touring ? "true" : undefined}>
          Tour
        </a>
        <StatusLine />
      </header>
      {touring && <TourCard />}
      <main id="main" tabIndex={-1}>
        <AddressNotes />
        {view === "detect" && tourOffered.value && !touring && <TourOffer />}
        <Content />
      </main>
      <footer class="foot">
        Nothing leaves this machine: images and weights are read by this page alone.
      </footer>
    </>
  );
}

function TourOffer() {
  return (
    <p class="offer">
      <span>
        New here? <a href={tourHref()}>A tour in six steps</a> shows how the network comes to its boxes.
      </span>
      <button type="button" class="quiet" onClick={declineTour}>
        Not now
      </button>
    </p>
  );
}

/** No link: the hash is the view's address. */
function skipToMain(): void {
  document.getElementById("main")?.focus();
}

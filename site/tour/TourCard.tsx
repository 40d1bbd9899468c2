/** The tour's card: docked at the bottom, it opens the view that it speaks of. The step is in the address. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { narrow } from "../state/narrow.ts";
import { openView, route } from "../state/route.ts";
import { endTour, TOUR_LENGTH, tourStep } from "../state/tour.ts";
import { scrollWhenThere } from "./scrollWhenThere.ts";
import { AFRESH, STEPS, type TourStep } from "./steps.tsx";
import "../styles/tour.css";

export function TourCard() {
  const card = useRef<HTMLElement>(null);
  const at = tourStep.value ?? 1;
  const step = STEPS[at - 1];
  useLayoutEffect(() => card.current?.focus({ preventScroll: true }), []);
  useLayoutEffect(() => keepHeight(card.current as HTMLElement), []);
  useEffect(() => {
    addEventListener("keydown", endByEscape);
    return () => removeEventListener("keydown", endByEscape);
  }, []);
  useEffect(() => {
    if (!isOpen(step)) open(at, { replace: true });
    return scrollWhenThere((narrow.value && step.narrowTarget) || step.target);
  }, [at]);
  const moves: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1 };
  return (
    <section
      ref={card}
      class="tour"
      aria-labelledby="tour-heading"
      tabIndex={-1}
      onKeyDown={({ key }) => moves[key] >= 1 && moves[key] <= TOUR_LENGTH && open(moves[key])}
    >
      <div class="tour-text" aria-live="polite">
        <h2 id="tour-heading">
          <small>
            Step {at} of {TOUR_LENGTH}
          </small>{" "}
          {step.title}
        </h2>
        <p>{step.look}</p>
        <p class="tour-attempt">
          <strong>Try.</strong> {step.attempt()}
        </p>
      </div>
      <div class="tour-buttons">
        <button type="button" class="primary" onClick={() => (at < TOUR_LENGTH ? open(at + 1) : endTour())}>
          {at < TOUR_LENGTH ? "Next" : "End the tour"}
        </button>
        <button type="button" disabled={at === 1} onClick={() => open(at - 1)}>
          Previous
        </button>
        {route.value.view !== step.view && (
          <button type="button" onClick={() => open(at)}>
            Show it again
          </button>
        )}
        {at < TOUR_LENGTH && (
          <button type="button" class="quiet" onClick={endTour}>
            Skip the tour
          </button>
        )}
      </div>
    </section>
  );
}

/** What a step sets here. */
function paramsOf({ params, onlyWide = [] }: TourStep): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => !(narrow.value && onlyWide.includes(name))),
  );
}

/** A link may show what its sender had found at the step, by other values of the same names. */
function isOpen(step: TourStep): boolean {
  const { view, params } = route.value;
  return view === step.view && Object.keys(paramsOf(step)).every((name) => name in params);
}

function open(at: number, options: { readonly replace?: boolean } = {}): void {
  const step = STEPS[at - 1];
  openView(step.view, { ...AFRESH, ...paramsOf(step), tour: String(at) }, options);
}

/** Escape first closes what is open, and clears what is typed. */
function endByEscape({ key, defaultPrevented, target }: KeyboardEvent): void {
  if (key !== "Escape" || defaultPrevented) return;
  const isTaken = target instanceof Element && target.closest("input[type=search], select, dialog:modal");
  if (!isTaken) endTour();
}

/** Tells the page how much of its lower end is covered. */
function keepHeight(card: HTMLElement): () => void {
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => style.setProperty("--tour-height", `${card.offsetHeight}px`));
  observer.observe(card);
  return () => {
    observer.disconnect();
    style.removeProperty("--tour-height");
  };
}

/** The guided tour: the step that the address names, `tour=3`, and the one offer of it. */
import { computed, signal } from "@preact/signals";
import { hrefOf, noteUnless, route, setParams } from "./route.ts";

export const TOUR_LENGTH = 6;

/** From 1; undefined while there is no tour. */
export const tourStep = computed(() => {
  const step = Number(route.value.params.tour);
  return Number.isInteger(step) && step >= 1 && step <= TOUR_LENGTH ? step : undefined;
});

/** What is wrong with the step in the address. */
export const tourNotes = computed(() =>
  noteUnless(
    "tour",
    () => tourStep.value !== undefined,
    `a step from 1 to ${TOUR_LENGTH}`,
    "The tour is not shown.",
  ),
);

/** Where the tour starts; its code, fetched then, fills in the rest of the address. */
export function tourHref(): string {
  return hrefOf("network", { tour: "1" });
}

export const TOUR_LINK = "tour-link";

/** Leaves everything as it is shown, and gives the focus to where the tour can be started again. */
export function endTour(): void {
  setParams({ tour: undefined });
  document.getElementById(TOUR_LINK)?.focus();
}

const OFFERED = "centernet.tour-offered";

/** True on the first visit alone. */
export const tourOffered = signal(isFirstVisit());

export function declineTour(): void {
  tourOffered.value = false;
}

/** A browser that keeps nothing is asked nothing. */
function isFirstVisit(): boolean {
  try {
    if (localStorage.getItem(OFFERED)) return false;
    localStorage.setItem(OFFERED, "yes");
    return true;
  } catch {
    return false;
  }
}

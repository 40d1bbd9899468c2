/**
 * Scrolls to the first element that a selector finds, once there is one: views are fetched, and maps are computed. A user who
 * moves first is left alone. Returns what ends the wait.
 */
export function scrollWhenThere(selector: string): () => void {
  const observer = new MutationObserver(scroll);
  const end = () => {
    observer.disconnect();
    for (const type of MOVES) removeEventListener(type, end);
  };
  function scroll() {
    const found = document.querySelector(`main ${selector}`);
    if (!found) return;
    end();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    found.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }
  for (const type of MOVES) addEventListener(type, end, { passive: true });
  observer.observe(document.body, { childList: true, subtree: true });
  scroll();
  return end;
}

const MOVES = ["wheel", "touchmove"] as const;

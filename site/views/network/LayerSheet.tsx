/** The open layer as a sheet from below, for narrow screens. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { TaskLine } from "../../components/TaskLine.tsx";
import { ChannelGrid } from "./ChannelGrid.tsx";
import { LayerPanel } from "./LayerPanel.tsx";
import { closeLayer, reading } from "./network.ts";

/** With `beside`, the rest of the page stays in reach. */
export function LayerSheet({ beside }: { readonly beside: boolean }) {
  const sheet = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    if (!beside) return sheet.current?.showModal();
    const focused = document.activeElement;
    sheet.current?.show();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }, []);
  return (
    <dialog ref={sheet} class={beside ? "sheet beside" : "sheet"} aria-label="Layer" onClose={closeLayer}>
      <button type="button" class="quiet close" onClick={() => sheet.current?.close()}>
        Close
      </button>
      <LayerPanel />
      <ChannelGrid />
      <TaskLine of={reading} />
    </dialog>
  );
}

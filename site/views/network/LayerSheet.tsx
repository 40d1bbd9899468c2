/** The open layer as a sheet from below, for narrow screens. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { TaskLine } from "../../components/TaskLine.tsx";
import { ChannelGrid } from "./ChannelGrid.tsx";
import { LayerPanel } from "./LayerPanel.tsx";
import { closeLayer, reading } from "./network.ts";

export function LayerSheet() {
  const sheet = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    sheet.current?.showModal();
  }, []);
  return (
    <dialog ref={sheet} class="sheet" aria-label="Layer" onClose={closeLayer}>
      <button type="button" class="quiet close" onClick={() => sheet.current?.close()}>
        Close
      </button>
      <LayerPanel />
      <ChannelGrid />
      <TaskLine of={reading} />
    </dialog>
  );
}

/** Weights of any kind: what they are before they run, and the choice of those that the other views run. */
import { useEffect, useState } from "preact/hooks";
import { filesOf } from "../../components/droppedFiles.ts";
import { refreshModels } from "../../state/weights.ts";
import { FileDrop, takeFiles } from "./FileDrop.tsx";
import { ModelList } from "./ModelList.tsx";
import { Opened } from "./Opened.tsx";
import "../../styles/load.css";

export function LoadView() {
  useEffect(() => void refreshModels(), []);
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped can be chosen by buttons, too.
    <div
      class="load"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={async (event) => {
        event.preventDefault();
        setOver(false);
        await takeFiles(await filesOf(event.dataTransfer));
      }}
    >
      <section aria-labelledby="load-heading">
        <h1 id="load-heading">Weights</h1>
        <FileDrop over={over} />
        <ModelList />
      </section>
      <section class="opened" aria-labelledby="opened-heading">
        <Opened />
      </section>
    </div>
  );
}

/** Weights of any kind: what they are before they run, and the choice of those that the other views run. */
import { useEffect } from "preact/hooks";
import { refreshModels } from "../../state/weights.ts";
import { FileDrop } from "./FileDrop.tsx";
import { ModelList } from "./ModelList.tsx";
import { Opened } from "./Opened.tsx";
import "../../styles/load.css";

export function LoadView() {
  useEffect(() => void refreshModels(), []);
  return (
    <div class="load">
      <section aria-labelledby="load-heading">
        <h1 id="load-heading">Weights</h1>
        <FileDrop />
        <ModelList />
      </section>
      <section class="opened" aria-labelledby="opened-heading">
        <Opened />
      </section>
    </div>
  );
}

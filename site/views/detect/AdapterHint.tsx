/** The GPU of a chosen backend, with a way back from one that is none. */
import { adapterName, isSoftwareAdapter } from "centernet";
import { NO_ADAPTER, useAdapter } from "../../components/adapter.ts";
import { chooseBackend } from "../../state/settings.ts";

export function AdapterHint() {
  const adapter = useAdapter();
  if (adapter === undefined) return null;
  if (adapter === null) return <p class="note">{NO_ADAPTER}</p>;
  const name = adapterName(adapter);
  if (!isSoftwareAdapter(adapter)) return <p class="note">On {name}.</p>;
  return (
    <p class="note">
      {name} is software, which computes on the processor: it takes long to compile, and wasm is faster.{" "}
      <button type="button" class="quiet" onClick={() => chooseBackend("wasm")}>
        Run on wasm
      </button>
    </p>
  );
}

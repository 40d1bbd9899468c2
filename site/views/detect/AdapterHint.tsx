/** Which GPU computes for WebGPU here, before anything is compiled for it. */
import { adapterName, isSoftwareAdapter } from "centernet";
import { useEffect, useState } from "preact/hooks";
import { chooseBackend } from "../../state/settings.ts";

type Adapter = Parameters<typeof adapterName>[0];
/** Absent where a browser has no WebGPU; TypeScript's own types have none at all. */
type Gpu = { requestAdapter(): Promise<Adapter | null> } | undefined;

export function AdapterHint() {
  const [adapter, setAdapter] = useState<Adapter | null>();
  useEffect(() => {
    const { gpu } = navigator as unknown as { readonly gpu: Gpu };
    (gpu?.requestAdapter() ?? Promise.resolve(null)).then(setAdapter, () => setAdapter(null));
  }, []);
  if (adapter === undefined) return null;
  if (adapter === null) return <p class="note">This browser offers no WebGPU adapter on this machine.</p>;
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

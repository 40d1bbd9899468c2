/** Which GPU computes for WebGPU here, before anything is compiled for it. */
import type { adapterName } from "centernet";
import { useEffect, useState } from "preact/hooks";

type Adapter = Parameters<typeof adapterName>[0];
/** Absent where a browser has no WebGPU; TypeScript's own types have none at all. */
type Gpu = { requestAdapter(): Promise<Adapter | null> } | undefined;

export const NO_ADAPTER = "This browser offers no WebGPU adapter on this machine.";

export function needsAdapter(backend: string): boolean {
  return backend === "wgsl" || backend === "webgpu";
}

/** Null if there is none, undefined until that is known. It is asked for only where it is wanted. */
export function useAdapter(isWanted = true): Adapter | null | undefined {
  const [adapter, setAdapter] = useState<Adapter | null>();
  useEffect(() => {
    if (!isWanted) return;
    const { gpu } = navigator as unknown as { readonly gpu: Gpu };
    (gpu?.requestAdapter() ?? Promise.resolve(null)).then(setAdapter, () => setAdapter(null));
  }, [isWanted]);
  return adapter;
}

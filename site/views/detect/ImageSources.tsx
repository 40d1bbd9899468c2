/** Where images come from. */
import { Select } from "../../components/Select.tsx";
import { isLive } from "../../state/camera.ts";
import { chooseSample, image, SAMPLES } from "../../state/image.ts";
import { chooseImages, pasteFromClipboard, sourceNote } from "./sources.ts";

export function ImageSources({
  camera = false,
}: {
  /** Whether the view has a camera, too. */ readonly camera?: boolean;
}) {
  const name = image.value?.name;
  const sample = SAMPLES.find((known) => known === name);
  return (
    <>
      <div class="row">
        <label class="button">
          Choose images
          <input
            type="file"
            class="visually-hidden"
            accept="image/*"
            multiple
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])];
              // The same file may be chosen again.
              currentTarget.value = "";
              chooseImages(files);
            }}
          />
        </label>
        <button type="button" onClick={pasteFromClipboard}>
          Paste
        </button>
        {camera && (
          <button type="button" onClick={() => (isLive.value = true)}>
            Camera
          </button>
        )}
        <Select
          label="Sample"
          value={sample ?? ""}
          values={[
            ...(sample ? [] : [["", name ?? "none"] as const]),
            ...SAMPLES.map((each) => [each, each] as const),
          ]}
          onChoose={chooseSample}
        />
      </div>
      <p class="note" aria-live="polite">
        {sourceNote.value ?? "Or drop images anywhere here, or press Ctrl+V."}
      </p>
    </>
  );
}

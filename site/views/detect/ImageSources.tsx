/** Where the image comes from. */
import { Select } from "../../components/Select.tsx";
import { addImages, chooseSample, image, SAMPLES } from "../../state/image.ts";

export function ImageSources() {
  const name = image.value?.name;
  const sample = SAMPLES.find((known) => known === name);
  return (
    <div class="row">
      <label class="button">
        Choose an image
        <input
          type="file"
          class="visually-hidden"
          accept="image/*"
          onChange={({ currentTarget }) => {
            addImages([...(currentTarget.files ?? [])]);
          }}
        />
      </label>
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
  );
}

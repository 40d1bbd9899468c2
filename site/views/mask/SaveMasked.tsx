/** The masked images as new files: pixels alone, of images whose masks were seen. */
import { signal } from "@preact/signals";
import { JPEG_QUALITY } from "centernet";
import { saveFile } from "../../components/saveFile.ts";
import { TaskLine } from "../../components/TaskLine.tsx";
import { chooseOwn, image, ownImages } from "../../state/image.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import type { ChosenImage } from "../../worker/session.ts";
import { isPreviewed, maskedOf, masksOf, preview } from "./masks.ts";

const saving = task();
const numbered = signal(false);

/** Those whose masks were shown. */
function seen(): readonly ChosenImage[] {
  return ownImages.value.filter((each) => maskedOf(each) !== undefined);
}

function save(images: readonly ChosenImage[]): Promise<void> {
  return saving.run(async ({ signal: aborted, onProgress }) => {
    const names = namesOf(images);
    for (const [index, each] of images.entries()) {
      const masked = maskedOf(each);
      if (!masked) continue;
      onProgress({ text: `writing ${names[index]}`, fraction: index / images.length });
      const { bytes, format } = await worker.call("maskSave", masked, { signal: aborted });
      const type = format === "png" ? "image/png" : "image/jpeg";
      saveFile(`${names[index]}.${format === "png" ? "png" : "jpg"}`, bytes, type);
    }
  });
}

/** Without their ends, which the format of each decides. Numbers are those of the images' places. */
function namesOf(images: readonly ChosenImage[]): string[] {
  if (numbered.value)
    return images.map((_, index) => String(index + 1).padStart(String(images.length).length, "0"));
  const names = images.map(({ name }) => `${name.replace(/\.[^.]*$/, "")}.masked`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return names;
  throw new Error(`${twice}: expected a name of its own for each image, got it twice. Number the names.`);
}

export function SaveMasked() {
  const chosen = image.value;
  if (!chosen || !maskedOf(chosen)) return null;
  const isShown = isPreviewed.value && preview.value?.id === chosen.id;
  const all = seen();
  const waiting = ownImages.value.length - all.length;
  const next = ownImages.value.find((each) => masksOf(each) === undefined);
  return (
    <section class="save" aria-labelledby="save-heading">
      <h2 id="save-heading">Save</h2>
      <p class="mask-warning">
        No detector finds every face: look at the whole image. Clothes, name tags and number plates stay.
      </p>
      <div class="row">
        <button type="button" class="primary" disabled={!isShown} onClick={() => save([chosen])}>
          Save this image
        </button>
        {all.length > 1 && (
          <button type="button" disabled={!isShown} onClick={() => save(all)}>
            Save the {all.length} looked at
          </button>
        )}
        {next && (
          <button type="button" onClick={() => chooseOwn(next)}>
            Look at {next.name}
          </button>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={numbered.value}
            onChange={(event) => {
              numbered.value = event.currentTarget.checked;
            }}
          />
          Numbers as names
        </label>
      </div>
      <p class="note">
        {waiting > 0 && `${waiting === 1 ? "1 image was" : `${waiting} images were`} not looked at. `}A new
        file of the pixels alone: no place, date, camera or preview. PNG stays PNG with its alpha, a JPEG is
        written at quality {JPEG_QUALITY}. Nothing is uploaded or kept.
      </p>
      <TaskLine of={saving} hasOwnButton />
    </section>
  );
}

/** The results as files, at the score that is chosen. */
import { saveFile } from "../../components/saveFile.ts";
import { TaskLine } from "../../components/TaskLine.tsx";
import { answer, outcomeOf, run } from "../../state/detection.ts";
import { image, ownImages } from "../../state/image.ts";
import { score } from "../../state/settings.ts";
import { task } from "../../state/task.ts";
import { worker } from "../../state/worker.ts";
import type { SavedImage, SaveFormat } from "../../worker/save.ts";

interface Format {
  readonly format: SaveFormat;
  readonly words: string;
  readonly type: string;
  /** The end of the file's name if it is of one image. */
  readonly end: string;
  /** The name of a file of several images. */
  readonly all: string;
  /** Of what a model must find. */
  readonly needs?: "boxes" | "keypoints";
}

const JSON_TYPE = "application/json";
const FORMATS: readonly Format[] = [
  { format: "json", words: "JSON", type: JSON_TYPE, end: ".json", all: "detections.jsonl" },
  { format: "csv", words: "CSV", type: "text/csv", end: ".csv", all: "detections.csv" },
  { format: "png", words: "PNG", type: "image/png", end: ".detections.png", all: "" },
  {
    format: "coco-boxes",
    words: "COCO boxes",
    type: JSON_TYPE,
    end: ".coco-boxes.json",
    all: "coco-boxes.json",
    needs: "boxes",
  },
  {
    format: "coco-keypoints",
    words: "COCO keypoints",
    type: JSON_TYPE,
    end: ".coco-keypoints.json",
    all: "coco-keypoints.json",
    needs: "keypoints",
  },
  {
    format: "coco-images",
    words: "COCO images",
    type: JSON_TYPE,
    end: ".coco-images.json",
    all: "coco-images.json",
  },
];

const saving = task();

/** Of all the user's images if one of them is shown, else of the sample. */
function savedImages(): SavedImage[] {
  const all = ownImages.value;
  const shown = image.value;
  const wanted = all.some((own) => own === shown) ? all : shown ? [shown] : [];
  return wanted.flatMap((each): SavedImage[] => {
    const outcome = outcomeOf(each);
    if (outcome?.phase === "failed") {
      const { name, message } = outcome.error;
      return [{ image: each, error: { name, message } }];
    }
    // The small copy stays here.
    return outcome?.phase === "done"
      ? [{ image: each, answer: { ...outcome.answer, thumbnail: undefined } }]
      : [];
  });
}

function save({ format, type, end, all }: Format): Promise<void> {
  const images = savedImages();
  const shown = image.value;
  return saving.run(async ({ signal }) => {
    const of = format === "png" ? images.filter((each) => each.image === shown) : images;
    const content = await worker.call("save", { format, images: of, score: score.value }, { signal });
    const name = of.length > 1 ? all : `${(of[0]?.image.name ?? "image").replace(/\.[^.]*$/, "")}${end}`;
    saveFile(name, content, type);
  });
}

export function SaveRow() {
  if (!answer.value || run.value.phase !== "done") return null;
  const { outputs } = answer.value.of;
  const formats = FORMATS.filter(({ needs }) => !needs || outputs.includes(needs));
  const count = savedImages().length;
  return (
    <section class="save" aria-labelledby="save-heading">
      <h2 id="save-heading">Save</h2>
      <div class="row">
        {formats.map((each) => (
          <button key={each.format} type="button" onClick={() => save(each)}>
            {each.words}
          </button>
        ))}
      </div>
      <p class="note">
        What reaches the score{count > 1 ? `, of ${count} images; the PNG of the one that is shown` : ""}: a
        line of JSON per image as the command line writes it, its CSV and COCO results, and the image as it
        draws it.
      </p>
      <TaskLine of={saving} hasOwnButton />
    </section>
  );
}

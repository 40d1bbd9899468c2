/** What `centernet detect --help` says beyond its options. */
import { SEEN_KEYPOINT } from "../../detection.ts";
import { MAX_TRIPLETS } from "../../image/draw/drawDetections.ts";

export const DETECT_HELP = `
Folders are searched recursively for .jpg, .jpeg and .png files. Coordinates
are pixels of the original image. The table counts the keypoints with a score
of at least ${SEEN_KEYPOINT}; the JSON holds all of them.

The triplet models (centernet-52, centernet-104) and Objects as Points
(ctdet_…, multi_pose_…) support --flip, --scales and --reproduce-reference.
Those on hourglasses see each image at its own size. Objects as Points on
DLA-34 and ResNets fit it into a square (--size), or with --keep-res take it at
its own size too, as their authors' figures on COCO were measured.

--explain reports how the decode arrived at each detection: the cell of its
center and its rank among the peaks, offset, size, and how its keypoints were
found; and what became of the other centers. Cells are column,row. The JSON
has all of it.
For triplet models it reports why each box was kept and how many pairs of
corners were rejected, and for which reason. Some pairs that a center confirms
are still dropped: beyond 1000 proposals per view, by soft-NMS, or beyond 100
boxes per image (raise that limit with --max). In the drawing each box has its
own color. The best ${MAX_TRIPLETS} also show their corners, their center and the central
region; the others are faint.

--why answers for one pixel why no detection has its center there: the value
of the class at its cell, the neighbor that is larger, its rank, or the step at
which it was dropped. Without a class it takes the one with the largest value
there, of those in --classes.

--reproduce-reference repeats three errors of the triplets' original code: rows
that soft-NMS dropped stay in the result, centers are not clipped, and an image
may lose its last column. It requires 1 among the scales and keeps at most 100
boxes per image. For Objects as Points it leaves boxes unclipped.

Several images: threads decode the next ones and draw those that are done while
the network runs. --workers N has N of them in networks at once, each on a
thread of its own; auto does so where it is faster. The results are the same,
in the order of the images.

--save writes into the folder of --out; several formats are separated by commas.
  csv    detections.csv, one row per detection, in pixels
  coco   coco-boxes.json and coco-keypoints.json, as COCO's evaluators read
         them, with their image ids in coco-images.json; evaluate --score 0
  yolo   labels/<image>.txt and classes.txt
  json   detections.json, an array of what --json writes
--heatmaps draws <image>.heatmap.png: in each cell the probability of its best
class that an object's center lies there. --activations draws
<image>.activations/<layer>.png, with --npy also <layer>.npy, an array
[1, height, width, channels]. The layers are those of centernet describe. The
colors span the layer's values from black to yellow or, if some are negative,
from blue through gray (0) to orange. With several views, heatmaps and layers
are those of the first.
--crops writes <label>/<image>-<number>.jpg.

With --json each image becomes one line of JSON:
  { image, width, height, model, backend, backendDetails, fused,
    detections: [ { label, classId, score, box: { xmin, ymin, xmax, ymax },
                    keypoints?: [ { name, x, y, score } ], derived?,
                    triplet? } ],
    leftOut: { classes?, score?, max?: { count, best } },
    nothingFound?, limitReached?, explanation?, why?, profile?,
    times: { load, decode, preprocess, network, postprocess } }    (ms)
An image that fails becomes { image, error: { name, message } }; the others are
still processed, and the exit code is 3. Ctrl-C keeps the finished results
(exit code 130). Lines are written to <file>.unfinished-<process id>, which is
renamed to <file> at the end; it stays if the process is killed. A pipe or a
device is written to directly. The files of --save are written like that.

--list takes names as they are: no globs; empty lines are left out. It must name
each image once and must not change during the run. Outputs of an image are
called by its whole path.

--resume goes on with a run that ended early. Images that have a line in <file>,
or in the <file>.unfinished-… of a run that was killed (a torn last line is
cut), are not run again, even if they failed. The result is the file of one run,
with its lines in the order of the images. Give it from the first run on:
<file>.run.json then says which weights, model and options the lines come from,
and lines of others are refused. Drawings of images with a line are there
already; --save is refused.

--shard 3/64 does every 64th image from the third on, and writes
results-00003-of-00064.jsonl into the folder of --json, without times. All
shards need the same list, model and options; centernet merge checks that, and
makes one file of them that is the same for any n. A shard resumes by itself:
what an earlier run of it did is kept, even if that was killed, and a finished
shard ends at once with exit code 0. Two runs of one shard at once do no harm.
On wasm, shards run the plain build unless --build relaxed is given, whose
numbers may differ between processors. --shard auto takes i and n from Slurm,
AWS Batch, Google Cloud Batch or Cloud Run; --shard auto/64 takes i alone, also
from Kubernetes, GNU parallel, Grid Engine, PBS and LSF. Exit code 74: the
folder cannot be written now, and trying again may help.

Examples:
  centernet detect samples/people.jpg
  centernet detect photos 'more/**/*.png' --out drawn --score 0.3
  centernet detect photo.jpg --model movenet-lightning --json - --no-draw
  centernet detect photos --save csv,coco --score 0 --no-draw
  centernet detect --list photos.txt --no-draw --json results.jsonl --resume
  centernet detect --list photos.txt --no-draw --json shards --shard 3/64
  centernet detect photo.jpg --explain --why 320,240
  centernet detect photo.jpg --heatmaps --activations 'fpn.*' --npy
  centernet detect photo.jpg --weights CenterNet-104_480000.pkl --flip \\
    --explain`;

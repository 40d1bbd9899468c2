#!/usr/bin/env bash
# Packs the package, installs the tarball into an empty folder, and uses it there as its users do.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

tarball=$(cd "$root" && npm pack --silent --pack-destination "$folder" | tail -n 1)
cd "$folder"
npm init -y >/dev/null
npm pkg set type=module
npm install --silent --no-audit --no-fund "./$tarball"

# None of gpu.js's native dependencies may come along.
for unwanted in gpu.js webgpu gl; do
  if [ -e "node_modules/$unwanted" ]; then
    echo "checkPackage: $unwanted was installed with the package" >&2
    exit 1
  fi
done
# An audit must see what is not bundled.
for needed in @cornerstonejs/codec-libjpeg-turbo-8bit ndarray; do
  if [ ! -e "node_modules/$needed" ]; then
    echo "checkPackage: $needed was not installed with the package" >&2
    exit 1
  fi
done
du -sh node_modules

cp "$root/samples/people.jpg" .
npx centernet detect people.jpg --json result.jsonl
test -s centernet-out/people.jpg
node --input-type=commonjs -e '
  const [line] = require("node:fs").readFileSync("result.jsonl", "utf8").trim().split("\n");
  const { detections } = JSON.parse(line);
  const found = detections.map(({ label, score, keypoints }) => `${label} ${score} ${keypoints.length}`);
  console.log(found.join("\n"));
  if (detections.length !== 3 || !detections.every((d) => d.label === "person" && d.keypoints.length === 17)) {
    throw new Error("expected three persons with 17 keypoints each");
  }
'

cat >use.mjs <<'JS'
import { readFile } from "node:fs/promises";
import { load, ModelError } from "centernet";
import { load as part } from "centernet/load";

if (part !== load) throw new Error("centernet/load has another load");
const detector = await load("movenet-lightning", { backend: "webasm" });
const { detections } = await detector.detect(new Uint8Array(await readFile("people.jpg")));
await detector.dispose();
if (detections.length !== 1) throw new Error(`expected one person, got ${detections.length}`);
await load("no-such-model").then(
  () => { throw new Error("an unknown model was loaded"); },
  (error) => { if (!(error instanceof ModelError)) throw error; },
);
console.log("the library imports and detects");
JS
node use.mjs

# The declarations must compile in strict projects of others: in Node without the DOM, and in a browser without Node.
cat >use.ts <<'TS'
import type { Detection } from "centernet";
import { load } from "centernet/load";
const detector = await load();
const { detections }: { detections: Detection[] } = await detector.detect(new Uint8Array());
const score: number | undefined = detections[0]?.score;
console.log(score);
// @ts-expect-error: a number is not an image
await detector.detect(1);
TS
cp "$root"/test/package/{chain,node,browser}.ts .
compile() {
  local place=$1 types=$2 lib=$3 module=$4 moduleResolution=$5
  cat >tsconfig.json <<JSON
{
  "compilerOptions": {
    "strict": true, "skipLibCheck": false, "outDir": "compiled",
    "types": $types, "typeRoots": ["$root/node_modules/@types"],
    "target": "es2022", "lib": $lib, "module": "$module", "moduleResolution": "$moduleResolution"
  },
  "files": ["use.ts", "chain.ts", "$place.ts"]
}
JSON
  "$root/node_modules/.bin/tsc" -p .
}
for resolution in "node16 node16" "esnext bundler"; do
  read -r module moduleResolution <<<"$resolution"
  compile node '["node"]' '["es2022"]' "$module" "$moduleResolution"
  compile browser '[]' '["es2022", "dom"]' "$module" "$moduleResolution"
done
echo "the declarations compile"
(cd "$root" && node scripts/checkTypes.mjs "$folder/node_modules/centernet")

node --input-type=module -e '
  import { readFileSync } from "node:fs";
  import { chain } from "./compiled/chain.js";
  await chain(new Uint8Array(readFileSync("people.jpg")));
  console.log("what one function returns, the next one takes");
'

# What the pages show must compile, and the check itself must find a fault.
(cd "$root" && node scripts/checkSnippets.mjs "$folder")
printf '```js\nimport { load } from "centernet";\nawait (await load()).detect(1);\n```\n' >faulty.md
if (cd "$root" && node scripts/checkSnippets.mjs "$folder" "$folder/faulty.md") 2>faults.txt; then
  echo "checkPackage: a snippet that passes a number as an image compiled" >&2
  exit 1
fi
grep -q "line 3: Argument of type 'number'" faults.txt

# The page and its samples come along.
(cd "$root" && node scripts/checkServedPage.mjs "$folder")

import { ModelError } from "../../errors.ts";
import { zipKind } from "../../support/fileKind/zipKind.ts";
import { readZipDirectory, type ZipRecord } from "../archives/zipDirectory.ts";
import { zipRecordSource } from "../archives/zipRecordSource.ts";
import { quote } from "../bytes/json.ts";
import { type RandomAccessFile, readWhole } from "../bytes/randomAccessFile.ts";
import { readPickle } from "./pickle.ts";
import { PickleCursor } from "./pickleCursor.ts";
import { MAX_PICKLE, TORCH_RULES, type TorchFile } from "./torchObjects.ts";

const PICKLE = "/data.pkl";

/**
 * The format of torch since 1.6: a zip archive with one root folder of any name. It contains `data.pkl` (the
 * object), `data/<key>` (each storage's bytes), and since 2.0 `byteorder` ("little" or "big").
 */
export async function openTorchZip(source: RandomAccessFile): Promise<TorchFile> {
  const { where } = source;
  const records = await readZipDirectory(source);
  const root = rootOf(records, where);
  if (records.has(`${root}/constants.pkl`)) throw notTorch(records, where);

  function find(name: string): ZipRecord {
    const record = records.get(`${root}/${name}`);
    if (record) return record;
    throw new ModelError({ where, expected: `a record ${quote(`${root}/${name}`)}`, got: "no such record" });
  }
  async function readText(name: string): Promise<string> {
    const bytes = await readWhole(await zipRecordSource(source, find(name)), 16);
    return new TextDecoder().decode(bytes);
  }

  await checkOtherRecords(source, records, root);
  const byteOrder = records.has(`${root}/byteorder`) ? await readText("byteorder") : "little";
  if (byteOrder !== "little" && byteOrder !== "big") {
    throw new ModelError({ where, expected: "byte order little or big", got: quote(byteOrder) });
  }
  // Tensors that share a storage are consecutive, so its checksum is verified only for the first.
  let opened: { key: string; bytes: RandomAccessFile } | undefined;
  const pickle = await readWhole(await zipRecordSource(source, find("data.pkl")), MAX_PICKLE);
  return {
    object: readPickle(new PickleCursor(pickle, `${where} ${root}${PICKLE}`), TORCH_RULES),
    bigEndian: byteOrder === "big",
    checkStorage({ key, byteLength, count, dtype }) {
      const { length } = find(`data/${key}`);
      if (length >= byteLength) return;
      const expected = `${byteLength} bytes of storage ${key}: ${count} elements of ${dtype}`;
      throw new ModelError({
        where,
        expected,
        got: `${length}`,
        hint: "It is too short: the file is damaged.",
      });
    },
    async openStorage({ key }) {
      if (opened?.key !== key) opened = { key, bytes: await zipRecordSource(source, find(`data/${key}`)) };
      return opened.bytes;
    },
  };
}

/**
 * Checks the headers of all records but the storages, which are checked when they are read. The directory has no
 * checksum: with one bit flipped in it, `byteorder` would be a record of another name, and the numbers would be read
 * in the wrong order.
 */
async function checkOtherRecords(
  source: RandomAccessFile,
  records: ReadonlyMap<string, ZipRecord>,
  root: string,
): Promise<void> {
  const others = [...records.values()].filter(({ path }) => !path.startsWith(`${root}/data/`));
  others.sort((a, b) => a.offset - b.offset);
  for (const record of others) await zipRecordSource(source, record);
}

function rootOf(records: ReadonlyMap<string, ZipRecord>, where: string): string {
  const roots = [...records.keys()]
    .filter((path) => path.endsWith(PICKLE))
    .map((path) => path.slice(0, -PICKLE.length))
    .filter((root) => root !== "" && !root.includes("/"));
  if (roots.length === 1) return roots[0];
  if (roots.length === 0) throw notTorch(records, where);
  const expected = "a torch file with one folder that has a data.pkl";
  const got = `several, which is ambiguous: ${roots.map(quote).join(", ")}`;
  throw new ModelError({ where, expected, got });
}

/** The error for another archive, by what it is. */
function notTorch(records: ReadonlyMap<string, ZipRecord>, where: string): ModelError {
  const { what, hint } = zipKind(records.keys()) ?? { what: "a ZIP archive with no data.pkl" };
  return new ModelError({ where, expected: "a state dict written by torch.save", got: what, hint });
}

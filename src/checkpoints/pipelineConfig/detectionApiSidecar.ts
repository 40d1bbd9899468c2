/** The files beside a checkpoint of the Object Detection API: pipeline.config and a label map. */
import { ModelError } from "../../errors.ts";
import { quote } from "../bytes/json.ts";
import { type PipelineConfig, parsePipelineConfig } from "./pipelineConfig.ts";
import { parseTextProto } from "./textProto.ts";
import { TextProtoView } from "./textProtoView.ts";

/** What accompanies the variables of a checkpoint of the Object Detection API. */
export interface DetectionApiSidecar {
  /** Absent if there is no pipeline.config. */
  readonly pipeline?: PipelineConfig;
  readonly labelMap?: LabelMap;
  /** Both files' text, which a converted checkpoint carries along. */
  readonly texts?: { readonly pipeline?: string; readonly labelMap?: string };
}

/**
 * Parses the files that are present.
 *
 * @throws ModelError if one of them is invalid.
 */
export function detectionApiSidecar(
  { pipeline, labelMap }: { pipeline?: Uint8Array; labelMap?: Uint8Array },
  whereConfig: string,
  whereLabels: string,
): DetectionApiSidecar {
  const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
  return {
    pipeline: pipeline && parsePipelineConfig(pipeline, whereConfig),
    labelMap: labelMap && parseLabelMap(labelMap, whereLabels),
    texts: { pipeline: text(pipeline), labelMap: text(labelMap) },
  };
}

/** A label map of the Object Detection API (string_int_label_map.proto): the model's classes. */
export interface LabelMap {
  /** In file order. */
  readonly items: readonly LabelMapItem[];
  /** Fields outside the schema, with their lines. */
  readonly unknown: readonly string[];
  /** Whether ids only count the names of a list, which must then be one for each class. Default: false. */
  readonly isList?: boolean;
  /** The file's name, for errors. */
  readonly where?: string;
}

export interface LabelMapItem {
  /** In the API's own files from 1: class c of the network is id c + 1. */
  readonly id: number;
  /** Possibly a code, such as `/m/01g317` for persons. */
  readonly name: string;
  /** The display name if there is one, else the name. */
  readonly label: string;
  /** Labels of the class's keypoints, by index. */
  readonly keypoints: ReadonlyMap<number, string>;
}

/** @throws ModelError with line and column, also for a repeated id. */
export function parseLabelMap(bytes: Uint8Array, where: string): LabelMap {
  const file = new TextProtoView(parseTextProto(bytes, where), where);
  const items: LabelMapItem[] = [];
  const ids = new Set<number>();
  for (const view of file.many("item")) {
    const id = view.size("id", 0, 1);
    if (id === 0) throw view.error("id", "an id from 1", "none");
    if (ids.has(id)) throw view.error("id", "every id once", `${id} again`);
    ids.add(id);
    const name = view.string("name", "");
    const label = view.string("display_name", name);
    if (label === "") throw view.error("name", `a name of id ${id}`, "none");
    view.ignore("frequency", "ancestor_ids", "descendant_ids", "instance_count");
    items.push({ id, name, label, keypoints: parseKeypoints(view, label) });
  }
  if (items.length === 0) throw new ModelError({ where, expected: "items of a label map", got: "none" });
  return { items, unknown: file.unknown() };
}

function parseKeypoints(item: TextProtoView, label: string): Map<number, string> {
  const keypoints = new Map<number, string>();
  for (const view of item.many("keypoints")) {
    const id = view.size("id", 0);
    if (keypoints.has(id)) throw view.error("id", `every keypoint of ${quote(label)} once`, `${id} again`);
    keypoints.set(id, view.string("label", ""));
  }
  return keypoints;
}

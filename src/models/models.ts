import { ModelError } from "../errors.ts";
import { unknownName } from "../support/unknownName.ts";
import { CENTERFACES } from "./centerface/centerface.ts";
import type { Model } from "./model.ts";
import { MOVENETS } from "./movenet.ts";
import { OBJECTS_AS_POINTS } from "./objectsAsPoints/objectsAsPoints.ts";
import { TRIPLETS } from "./triplets/triplet.ts";
import { ZOO } from "./zoo/zoo.ts";
import { publishedZooModel } from "./zoo/zooModel.ts";

/** All published models. */
export const MODELS: readonly Model[] = [
  ...MOVENETS,
  ...CENTERFACES,
  ...ZOO.map(publishedZooModel),
  ...TRIPLETS,
  ...OBJECTS_AS_POINTS,
];

export const DEFAULT_MODEL = "movenet-multipose";

/** @throws ModelError for an unknown name, suggesting the nearest known one. */
export function modelNamed(name: string): Model {
  const model = MODELS.find((candidate) => candidate.name === name);
  if (model) return model;
  const names = MODELS.map((candidate) => candidate.name);
  const fault = unknownName({ where: "model", expected: "a model's name", name, names });
  // `yolov8n.pt`, `weights/model.pth`: other programs take files where this one takes names.
  const isFile = /[/\\]|\.\w{2,12}$/.test(name);
  throw new ModelError(
    isFile ? { ...fault, hint: `Give a file as the option weights. ${fault.hint}` } : fault,
  );
}

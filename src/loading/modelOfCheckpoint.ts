/** Published files that are known by their names, and the models that they should hold. */
const PUBLISHED_NAMES = [
  [/^centernet-52(?!\d)/i, "centernet-52"],
  [/^centernet-104(?!\d)/i, "centernet-104"],
  [/^ctdet_coco_hg(?![a-z0-9])/i, "ctdet_coco_hg"],
  [/^multi_pose_hg_3x(?![a-z0-9])/i, "multi_pose_hg_3x"],
] as const;

/** A note where a file's name is another model's than the one that it holds: its contents decide. */
export function renamedFileNotes(where: string, held: string): string[] {
  const name = where.slice(Math.max(where.lastIndexOf("/"), where.lastIndexOf("\\")) + 1);
  const named = PUBLISHED_NAMES.find(([pattern]) => pattern.test(name))?.[1];
  return named === undefined || named === held ? [] : [`the name says ${named}, the file holds ${held}`];
}

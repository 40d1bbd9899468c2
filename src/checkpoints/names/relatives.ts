/**
 * Networks that are not read here, by the names of their variables: other detectors with center points, and what
 * else users take for one.
 */

/** What a file holds whose network is not read. */
export interface Relative {
  /** The network, and whose names its variables have. */
  readonly what: string;
  /** Whether another architecture of the same method is read. */
  readonly sibling?: "objectsAsPoints" | "triplets";
}

/** Each pattern must match a name; the first row whose patterns all do so decides. Rows go from special to general. */
type Row = readonly [what: string, patterns: readonly RegExp[], sibling?: Relative["sibling"]];

const POINTS = "Objects as Points (xingyizhou/CenterNet)";

const OBJECTS_AS_POINTS: readonly Row[] = [
  [
    "CenterTrack (xingyizhou/CenterTrack)",
    [/(^|\.)base\.(base_layer|pre_img_layer)\./, /(^|\.)tracking\.\d/],
  ],
  ["FairMOT (ifzhang/FairMOT)", [/(^|\.)base\.base_layer\./, /(^|\.)id\.\d/]],
  ...(["base.base_layer", "deconv_layers"] as const).flatMap((backbone): Row[] => [
    [`the 3D detector of ${POINTS}`, [new RegExp(`(^|\\.)${backbone}\\.`), /(^|\.)(dep|rot|dim)\.\d/]],
    [`ExtremeNet of ${POINTS}`, [new RegExp(`(^|\\.)${backbone}\\.`), /(^|\.)hm_t\.\d/]],
  ]),
  ["CenterNet2 (xingyizhou/CenterNet2)", [/proposal_generator\.centernet_head\./]],
];

const CORNERS: readonly Row[] = [
  [
    "CentripetalNet (mmdetection or its authors')",
    [/tl_(centripetal|guiding)_(shift|offset)|tl_guiding_shift/],
  ],
  ["CornerNet of mmdetection", [/(^|\.)bbox_head\.(tl_heat|tl_emb|tl_pool)/]],
  ["ExtremeNet (xingyizhou/ExtremeNet)", [/(^|\.)t_heats\.\d/, /(^|\.)l_heats\.\d/]],
  ["CornerNet-Lite (princeton-vl)", [/(^|\.)tl_heats\.\d/, /(^|\.)hg\.(pre|hgs)\./], "triplets"],
  ["CornerNet (princeton-vl)", [/(^|\.)tl_heats\.\d/], "triplets"],
];

const DETECTORS: readonly Row[] = [
  ["CenterNet of mmdetection", [/(^|\.)bbox_head\.heatmap_head\./], "objectsAsPoints"],
  ["a detector of mmdetection", [/^(module\.)?backbone\./, /(^|\.)(bbox_head|rpn_head|roi_head)\./]],
  ["a network of mmpose", [/^(module\.)?backbone\./, /(^|\.)keypoint_head\./]],
  ["a detector of Detectron2", [/(^|\.)backbone\.bottom_up\./]],
  ["YOLOX", [/(^|\.)backbone\.backbone\.stem\.conv\./]],
  ["YOLO (darknet names)", [/(^|\.)module_list\.\d+\.(Conv2d|conv_\d+)\./]],
  [
    "YOLO (Ultralytics or YOLOv5 to v9 names)",
    [/(^|\.)model\.\d+\.(conv|cv\d|m|dfl|anchors?|anchor_grid)\b/],
  ],
  ["Deformable DETR or a descendant", [/\.sampling_offsets\./]],
  [
    "DETR or a descendant",
    [/(^|\.)(class_embed|class_labels_classifier)\./, /(^|\.)(bbox_embed|bbox_predictor)\./],
  ],
  [
    "a detector of torchvision",
    [/(^|\.)backbone\.(body|fpn|features|0)\./, /(^|\.)(roi_heads|head\.\w+_head|rpn)\./],
  ],
  ["HRNet", [/(^|\.)stage2\.0\.branches\./]],
  ["a pose network on a ResNet (SimpleBaseline)", [/(^|\.)deconv_layers\.0\./, /(^|\.)final_layer\./]],
  [
    "SSD or RetinaNet of the Object Detection API",
    [/(^|\/)(_box_predictor|_box_prediction_head|BoxPredictor)/i],
  ],
  ["EfficientDet", [/(^|[/.])(box_net|class_net)[/.]/]],
];

const CLASSIFIERS: readonly Row[] = [
  [
    "a vision transformer (timm or Hugging Face)",
    [/(^|\.)(patch_embed\.proj|patch_embeddings\.projection)\./],
  ],
  ["a transformer (Hugging Face)", [/\.(self_attn|attention)\.(\w+\.)?(q_proj|query|q_lin|qkv)\./]],
  ["a classifier of timm", [/(^|\.)conv_stem\.|\.conv_(dw|pwl?)\.|(^|\.)stages\.\d+\.(blocks|downsample)\./]],
  ["a ResNet that classifies (torchvision or timm)", [/(^|\.)layer1\.0\.conv1\./, /(^|\.)fc\./]],
  ["a ResNet without a head (torchvision or timm)", [/(^|\.)layer1\.0\.conv1\./, /(^|\.)layer4\.0\.conv1\./]],
  ["a ResNet of Hugging Face", [/(^|\.)(resnet\.)?encoder\.stages\.\d+\.layers\./]],
  ["a classifier of torchvision", [/(^|\.)features\.\d+\./, /(^|\.)classifier\b/]],
  [
    "a Keras model",
    [/(^|\/)layer_with_weights-\d+\/|(^|\/)(conv2d|batch_normalization|dense)(_\d+)?\/|\/kernel:0$/],
  ],
  ["a network of TensorFlow-Slim", [/^(MobilenetV\d|resnet_v\d_\d+|InceptionV\d)\//i]],
];

const ROWS = [...OBJECTS_AS_POINTS, ...CORNERS, ...DETECTORS, ...CLASSIFIERS];

/** Undefined if the names are of no network that is known by name. */
export function relativeOf(names: Iterable<string>): Relative | undefined {
  const all = [...names];
  for (const [what, patterns, sibling] of ROWS) {
    if (patterns.every((pattern) => all.some((name) => pattern.test(name)))) return { what, sibling };
  }
  return undefined;
}

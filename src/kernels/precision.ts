/** `exact` forgoes what is faster and rounds more: Winograd's F(4x4). */
export const PRECISIONS = ["default", "exact"] as const;
export type Precision = (typeof PRECISIONS)[number];

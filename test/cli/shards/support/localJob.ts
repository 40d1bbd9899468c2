/**
 * Runs an Indexed Job of Kubernetes with something else in place of pods: parallelism, podFailurePolicy and
 * backoffLimitPerIndex do what the Job controller does with them, but for the pauses between attempts.
 * See https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy.
 */

/** What is read of a Job's `spec`. */
export interface IndexedJob {
  readonly completions: number;
  readonly parallelism: number;
  readonly backoffLimitPerIndex: number;
  readonly podFailurePolicy: { readonly rules: readonly Rule[] };
}

export interface Rule {
  readonly action: "Ignore" | "Count" | "FailIndex" | "FailJob";
  readonly onExitCodes?: { readonly operator: "In" | "NotIn"; readonly values: readonly number[] };
  readonly onPodConditions?: readonly { readonly type: string }[];
}

export interface PodEnd {
  /** As the container's runtime tells it: 128 plus the signal's number if a signal ended it. */
  readonly exitCode: number;
  /** The pod had to go, for its node or a pod that is more important. */
  readonly isDisrupted: boolean;
}

export interface JobEnd {
  readonly succeeded: readonly number[];
  readonly failed: readonly number[];
  /** A pod ended with an exit code by which the whole Job fails. Those that run then are let run. */
  readonly hasFailed: boolean;
}

/** `runPod` is called with the index and the number of earlier pods of that index. */
export async function runIndexedJob(
  job: IndexedJob,
  runPod: (index: number, earlier: number) => Promise<PodEnd>,
): Promise<JobEnd> {
  const succeeded: number[] = [];
  const failed: number[] = [];
  let hasFailed = false;
  let next = 0;
  const work = async () => {
    while (next < job.completions && !hasFailed) {
      const index = next++;
      ((await isDone(index)) ? succeeded : failed).push(index);
    }
  };
  const isDone = async (index: number) => {
    let counted = 0;
    for (let earlier = 0; !hasFailed; earlier++) {
      const end = await runPod(index, earlier);
      if (end.exitCode === 0) return true;
      const action = actionFor(end, job.podFailurePolicy.rules);
      if (action === "FailJob") hasFailed = true;
      if (action === "FailIndex" || action === "FailJob") return false;
      if (action === "Count" && ++counted > job.backoffLimitPerIndex) return false;
    }
    return false;
  };
  await Promise.all(Array.from({ length: job.parallelism }, work));
  return { succeeded, failed, hasFailed };
}

/** The first rule that matches; a failure that none matches counts. */
export function actionFor({ exitCode, isDisrupted }: PodEnd, rules: readonly Rule[]): Rule["action"] {
  const rule = rules.find(({ onExitCodes, onPodConditions }) => {
    if (onPodConditions)
      return isDisrupted && onPodConditions.some(({ type }) => type === "DisruptionTarget");
    if (!onExitCodes) return false;
    return onExitCodes.values.includes(exitCode) === (onExitCodes.operator === "In");
  });
  return rule?.action ?? "Count";
}

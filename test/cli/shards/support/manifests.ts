/** The manifests of examples/kubernetes, as far as tests look at them. */
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import type { IndexedJob } from "./localJob.ts";

export interface JobManifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: IndexedJob & {
    readonly completionMode: string;
    readonly template: {
      readonly spec: {
        readonly restartPolicy: string;
        readonly containers: readonly Container[];
        readonly volumes: readonly Volume[];
      };
    };
  };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly workingDir: string;
  readonly command?: readonly string[];
  readonly args: readonly string[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Volume {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

/** @throws if the file is no YAML, or names a key twice. */
export function readManifests<T = JobManifest>(name: string): readonly T[] {
  const documents = parseAllDocuments(readFileSync(`examples/kubernetes/${name}`, "utf8"));
  return documents.map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS();
  });
}

export function readJob(name: string): JobManifest & { readonly container: Container } {
  const [job] = readManifests(name);
  const [container] = job.spec.template.spec.containers;
  return { ...job, container };
}

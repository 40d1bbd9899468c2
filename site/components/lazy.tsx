/** Components whose code is fetched when they are first shown. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Until it is there, a line of text stands in its place; if it cannot be fetched, the reason does. */
export function lazy(fetchContent: () => Promise<ComponentType>, what = "view"): ComponentType {
  let content: ComponentType | undefined;
  return function Lazy() {
    const [problem, setProblem] = useState<string>();
    const [, setFetched] = useState(content !== undefined);
    useEffect(() => {
      if (content) return;
      fetchContent().then(
        (fetched) => {
          content = fetched;
          setFetched(true);
        },
        (error) => setProblem(String(error)),
      );
    }, []);
    if (content) {
      const Content = content;
      return <Content />;
    }
    return problem ? (
      <p class="note">
        This {what} cannot be fetched: {problem}. Load the page again.
      </p>
    ) : (
      <p class="note">Fetching the {what}…</p>
    );
  };
}

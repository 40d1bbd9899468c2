/** What failed, in the library's own sentence. */
export function ErrorNote({ error }: { readonly error: Error }) {
  return (
    <p class="error" role="alert">
      {error.message}
    </p>
  );
}

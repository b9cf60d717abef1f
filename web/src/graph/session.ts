// Who is signed in, as far as requests are concerned: the secret that a change sends back, and what happens when a session
// has ended.

/** The session's secret, from the cookie that scripts may read. */
export function csrfToken(): string | undefined {
  const found = document.cookie.split('; ').find(cookie => cookie.startsWith('vd_csrf='));
  return found?.slice('vd_csrf='.length);
}

/** Headers of a request that changes something. */
export function intentHeaders(): Record<string, string> {
  const token = csrfToken();
  return token ? { 'x-csrf-token': token } : {};
}

const listeners = new Set<() => void>();

/** Says that the server no longer knows this session. */
export const noteSessionEnded = (): void => listeners.forEach(listener => listener());

/** Calls back when the session has ended. */
export function onSessionEnded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const NAME = 'aftercall-agent';

/** The agent that was looked at last, in this browser. */
export function lastAgent(): string | null {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

export function rememberAgent(id: string) {
  try {
    localStorage.setItem(NAME, id);
  } catch {
    // Without storage nothing is remembered.
  }
}

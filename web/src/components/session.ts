import { createContext, use } from 'react';
import type { Session } from '../api/schema';

export const SessionContext = createContext<Session | null>(null);

/** Who is signed in and what they may do. What may not be done is not shown. */
export function useSession() {
  const session = use(SessionContext);
  if (!session) throw new Error('nobody is signed in');
  return {
    ...session,
    canEdit: session.role === 'editor' || session.role === 'admin',
    canAdminister: session.role === 'admin',
  };
}

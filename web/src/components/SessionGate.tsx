import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Center, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { sessionQuery, type Known } from '../api/session';
import { ErrorNote } from './ErrorNote';
import { SignIn } from './SignIn';
import { SignInAgain } from './SignInAgain';
import { SessionContext } from './session';

/** The dashboard for whoever is signed in, at the address that was asked for; signing in for everyone else. Where a session ends, the page
 * stays under the question for the key. */
export function SessionGate({ children }: { children: ReactNode }) {
  const session = useQuery(sessionQuery);
  return (
    <>
      <SignInAgain opened={session.data?.ended ?? false} />
      <Gate session={session}>{children}</Gate>
    </>
  );
}

function Gate({ session, children }: { session: UseQueryResult<Known | null>; children: ReactNode }) {
  if (session.isPending) {
    return (
      <Center mih="100vh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (session.isError) {
    return (
      <Center mih="100vh" p="md">
        <ErrorNote error={session.error} retry={() => void session.refetch()} />
      </Center>
    );
  }
  if (!session.data) return <SignIn />;
  return <SessionContext value={session.data}>{children}</SessionContext>;
}

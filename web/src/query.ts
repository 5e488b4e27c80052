import { QueryClient } from '@tanstack/react-query';
import { onOtherSession, onSignedOut } from './api/client';
import { mayPass } from './api/problem';
import { endSession, readSession } from './api/session';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 2 && mayPass(error),
    },
  },
});

onSignedOut(() => endSession(queryClient));
onOtherSession(() => readSession(queryClient));

import { QueryClient } from '@tanstack/react-query';
import { onSignedOut } from './api/client';
import { ApiError } from './api/problem';
import { changeSession } from './api/session';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refused it refuses again.
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

onSignedOut(() => changeSession(queryClient, null));

import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { failed, told } from './toast';

interface Options<T> {
  /** What to say when it is done. */
  done?: string | ((result: T) => string);
  /** What it changes. */
  changes?: QueryKey[];
  then?: (result: T) => void;
  /** In place of telling what went wrong. */
  onError?: (error: unknown) => void;
}

/** Something done on the server: says so when it is done, says why when it is not, and has what it changed read again. */
export function useAct<V, T>(act: (input: V) => Promise<T>, { done, changes = [], then, onError = failed }: Options<T> = {}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async (result) => {
      await Promise.all(changes.map((queryKey) => client.invalidateQueries({ queryKey })));
      if (done) told(typeof done === 'string' ? done : done(result));
      then?.(result);
    },
    onError,
  });
}

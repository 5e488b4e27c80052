import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { agentConfig, createDraft, editDraft, type AnalyticsConfig, type Draft, type Version } from '../api/agents';
import { ApiError } from '../api/problem';
import { useAct } from '../components/act';
import { useConfirm } from '../components/confirm';
import { told } from '../components/toast';

/** Saves a change: into the draft that is shown, or into a new one of the version that is shown. */
export function useSave(agentId: string, draft: Draft | undefined, version: Version | undefined) {
  const client = useQueryClient();
  const confirm = useConfirm();
  const navigate = useNavigate({ from: '/agents/$agentId/metrics' });

  const into = async (change: Partial<AnalyticsConfig>) => {
    if (!draft) {
      const made = await createDraft(agentId, version?._id ?? '', `Changes to version ${version?.versionNumber ?? ''}`.trim());
      return editDraft(agentId, made.draftId, change, made.draftRevision);
    }
    try {
      return await editDraft(agentId, draft.draftId, change, draft.draftRevision);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      const sure = await confirm({
        title: 'Somebody else changed this draft meanwhile',
        body: 'Your change was not saved. Saved over theirs, theirs is lost from the draft; the draft’s history keeps it.',
        action: 'Save over theirs',
        danger: true,
      });
      if (!sure) throw new ApiError(409, 'Not saved', 'The draft has changed meanwhile. Reload the page to see it as it is now.');
      return editDraft(agentId, draft.draftId, change);
    }
  };

  const save = async (change: Partial<AnalyticsConfig>) => {
    const saved = await into(change);
    await client.invalidateQueries({ queryKey: ['agents', agentId] });
    if (saved.draftId !== draft?.draftId) {
      // Read before it is shown, so that the list does not go away for a moment.
      await client.query(agentConfig(agentId, { draftId: saved.draftId })).catch(() => undefined);
      await navigate({ search: { draft: saved.draftId } });
    }
    told(draft ? 'Saved to the draft' : `Saved to a new draft: ${saved.draftName}`);
  };
  return { save, act: useAct(save) };
}

import { Button, Group, Stack, Text } from '@mantine/core';
import { discardDraft, type Draft, type Version } from '../api/agents';
import { useAct } from '../components/act';
import { useConfirm } from '../components/confirm';
import { TextLink } from '../components/links';
import { useSession } from '../components/session';
import { Time } from '../components/Time';

interface Props {
  agentId: string;
  drafts: Draft[];
  versions: Version[];
  onCompare: (draft: Draft) => void;
  onPublish: (draft: Draft) => void;
}

export function Drafts({ agentId, drafts, versions, onCompare, onPublish }: Props) {
  const { canEdit } = useSession();
  const confirm = useConfirm();
  const discard = useAct((draft: Draft) => discardDraft(agentId, draft.draftId), { changes: [['agents', agentId]], done: 'The draft is gone' });
  const ask = async (draft: Draft) => {
    const sure = await confirm({ title: `Discard ${draft.draftName}?`, body: 'Its changes are lost.', action: 'Discard', danger: true });
    if (sure) discard.mutate(draft);
  };
  if (drafts.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None. Changing the metrics of a version opens one.
      </Text>
    );
  }
  return (
    <Stack gap="md">
      {drafts.map((draft) => {
        const source = versions.find(({ _id }) => _id === draft.sourceVersionId);
        return (
          <div key={draft.draftId}>
            <TextLink to="/agents/$agentId/metrics" params={{ agentId }} search={{ draft: draft.draftId }} size="sm" fw={550}>
              {draft.draftName}
            </TextLink>
            <Text size="xs" c="dimmed">
              {source && `From version ${source.versionNumber}. `}Changed <Time at={draft.updatedAt} />
              {draft.lastEditorName && ` by ${draft.lastEditorName}`}
            </Text>
            <Group gap={4} mt={2} ml={-8}>
              <Button size="compact-sm" variant="subtle" onClick={() => onCompare(draft)}>
                What changed
              </Button>
              {canEdit && (
                <>
                  <Button size="compact-sm" variant="subtle" onClick={() => onPublish(draft)}>
                    Publish
                  </Button>
                  <Button size="compact-sm" variant="subtle" color="gray" onClick={() => void ask(draft)}>
                    Discard
                  </Button>
                </>
              )}
            </Group>
          </div>
        );
      })}
    </Stack>
  );
}

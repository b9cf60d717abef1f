// Pausing, going on, cancelling, copying, archiving and deleting a campaign, as far as its state lets it.
import { Button } from '@mantine/core';
import { useNavigate } from 'react-router';
import {
  archiveDocument,
  cancelDocument,
  deleteDocument,
  pauseDocument,
  resumeDocument,
  unarchiveDocument,
} from '../campaigns/documents';
import { useChange } from '../graph/useChange';
import { Sure } from '../parts/Sure';
import { count } from '../parts/words';
import { CopyCampaign } from './CopyCampaign';
import type { Whole } from './useCampaign';

export function Controls({ campaign }: { campaign: Whole }) {
  const navigate = useNavigate();
  const pause = useChange(pauseDocument);
  const resume = useChange(resumeDocument);
  const cancel = useChange(cancelDocument);
  const remove = useChange(deleteDocument);
  const archive = useChange(archiveDocument);
  const unarchive = useChange(unarchiveDocument);
  const { id, status, counters } = campaign;
  const waiting = counters.contacts - counters.attempted - counters.blocked - counters.lapsed;
  const isSending = status === 'SUBMITTED' || status === 'ACTIVE';
  const isOver = ['COMPLETED', 'CANCELLED', 'FAILED'].includes(status);
  return (
    <>
      {isSending && (
        <Sure
          label="Pause"
          title="Pause this campaign?"
          does="Pause"
          color="orange"
          reason="Why it is paused"
          run={reason => pause.run({ id, reason })}
        >
          Nothing more is handed to the carrier until you go on. What the carrier already has is delivered.
        </Sure>
      )}
      {status === 'PAUSED' && (
        <Button loading={resume.busy} onClick={() => void resume.run({ id })}>
          Go on sending
        </Button>
      )}
      <CopyCampaign id={id} name={campaign.name} />
      {status === 'DRAFT' && (
        <Sure
          label="Delete"
          title="Delete this draft?"
          does="Delete the draft"
          run={async () => {
            const gone = await remove.run({ id });
            if (gone) void navigate('/agent/campaigns');
            return gone;
          }}
        >
          The draft goes for good. Its {count(counters.contacts)} contacts stay in the contact list.
        </Sure>
      )}
      {isOver && !campaign.archivedAt && (
        <Button variant="default" loading={archive.busy} onClick={() => void archive.run({ id })}>
          Archive
        </Button>
      )}
      {campaign.archivedAt && (
        <Button variant="default" loading={unarchive.busy} onClick={() => void unarchive.run({ id })}>
          Take out of the archive
        </Button>
      )}
      {!isOver && status !== 'DRAFT' && (
        <Sure
          label="Cancel campaign"
          title="Cancel this campaign?"
          does="Cancel the campaign"
          reason="Why it is cancelled"
          run={reason => cancel.run({ id, reason })}
        >
          Nothing more is handed over, ever: {count(Math.max(0, waiting))} contacts will not be called by it.
          This cannot be undone; a copy can be made.
        </Sure>
      )}
    </>
  );
}

// The last step: the numbers once more, then the campaign goes to the dispatcher.
import { Alert, Button, Group, List, Stack } from '@mantine/core';
import { useNavigate } from 'react-router';
import type { Whole } from '../campaign/useCampaign';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Figure, Figures } from '../parts/Figure';
import { Money, When } from '../parts/Signs';
import { Shown } from '../parts/States';
import { Sure } from '../parts/Sure';
import { count, counted, phone } from '../parts/words';
import { Outlook, mayBeSent, useOutlook } from './Outlook';
import { Past } from './Setup';
import { precheckDocument, submitDocument } from './documents';

export function SubmitStep({ campaign }: { campaign: Whole }) {
  const navigate = useNavigate();
  const asked = useAsk(
    precheckDocument,
    { campaignId: campaign.id },
    { pause: campaign.status !== 'APPROVED' },
  );
  const outlook = useOutlook(campaign.id, campaign.updatedAt, campaign.status !== 'APPROVED');
  const submit = useChange(submitDocument);
  if (campaign.status !== 'APPROVED')
    return <Past campaign={campaign} what="Only an approved campaign is submitted." />;
  return (
    <Shown asked={asked} what="the pre-check">
      {({ precheck: p }) => (
        <Stack>
          <Figures>
            <Figure name="Handed over at once" value={count(p.eligible)} />
            <Figure
              name="Held until a lawful hour"
              value={count(p.held)}
              under={
                p.earliestRelease && (
                  <>
                    the first at <When at={p.earliestRelease} />
                  </>
                )
              }
            />
            <Figure name="Never sent" value={count(p.blocked)} />
            <Figure name="Estimated cost" value={<Money micros={p.costEstimate} />} />
          </Figures>
          <List>
            <List.Item>
              Recipients see {campaign.callerId ? phone(campaign.callerId) : 'no number'}.
            </List.Item>
            <List.Item>
              Starts {campaign.schedule.start ? <When at={campaign.schedule.start} /> : 'at once'}, ends{' '}
              {campaign.schedule.end ? <When at={campaign.schedule.end} /> : 'when all is settled'}.
            </List.Item>
          </List>
          {p.stopped > 0 && (
            <Alert color="red" variant="light">
              {counted(p.stopped, 'script')} {p.stopped === 1 ? 'names' : 'name'} an old number or agent. Edit
              them before the campaign is sent.
            </Alert>
          )}
          <Outlook asked={outlook} campaignId={campaign.id} />
          <Group>
            <Sure
              label="Submit"
              disabled={!mayBeSent(outlook)}
              variant="filled"
              color="blue"
              title="Send this campaign?"
              does={`Send to ${counted(p.eligible + p.held, 'contact')}`}
              run={async () => {
                const done = await submit.run({ id: campaign.id });
                if (done) void navigate(`/agent/campaigns/${campaign.id}`);
                return done;
              }}
            >
              {count(p.eligible)} voicemails are handed over at once, {count(p.held)} when their lawful hour
              comes. Each is decided again just before it goes. It can be paused or cancelled, but a voicemail
              that was handed over can’t be called back.
            </Sure>
            <Button variant="default" onClick={() => void navigate(`/agent/campaigns/${campaign.id}`)}>
              Later
            </Button>
          </Group>
        </Stack>
      )}
    </Shown>
  );
}

// The final review: what would be sent, held and blocked and why, audio samples, cost, schedule; then the approval.
import { Alert, Anchor, Button, Grid, Group, List, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import type { Whole } from '../campaign/useCampaign';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { Figure, Figures } from '../parts/Figure';
import { ruleName } from '../parts/rules';
import { When } from '../parts/Signs';
import { Failed, Loading } from '../parts/States';
import { Sure } from '../parts/Sure';
import { count, counted } from '../parts/words';
import { CostLines } from './CostLines';
import { Outlook, mayBeSent, useOutlook } from './Outlook';
import { Recordings } from './Recordings';
import { ScheduleForm } from './ScheduleForm';
import { Past } from './Setup';
import { approveDocument, precheckDocument } from './documents';

interface Blocker {
  words: string;
  fixes: [string, string][];
}

/** What in the campaign stands in the way of an approval, and where it is put right. What is outside of it says the outlook. */
function blockersOf(campaign: Whole, stopped: number): Blocker[] {
  const { counters: c } = campaign;
  const base = `/agent/campaigns/${campaign.id}/setup`;
  const blockers: Blocker[] = [];
  const add = (when: boolean, words: string, ...fixes: [string, string][]) =>
    when && blockers.push({ words, fixes });
  const contacts = `/agent/campaigns/${campaign.id}/contacts`;
  const written = c.scriptsPending + c.scriptsApproved + c.scriptsRejected + c.scriptsNeedsRevision;
  add(
    written < c.contacts,
    `${counted(c.contacts - written, 'contact')} without a script`,
    ['Have the missing ones written', `${base}/scripts`],
    ['Take them out', `${contacts}?review=none`],
  );
  add(c.scriptsPending > 0, `${counted(c.scriptsPending, 'script')} wait for review`, [
    'Review them',
    `${base}/review`,
  ]);
  const refused = c.scriptsRejected + c.scriptsNeedsRevision;
  const [queue, state] = c.scriptsRejected > 0 ? ['rejected', 'REJECTED'] : ['revision', 'NEEDS_REVISION'];
  add(
    refused > 0,
    `${counted(refused, 'script')} not approved`,
    ['Edit and approve them', `${base}/review?queue=${queue}`],
    ['Take them out', `${contacts}?review=${state}`],
  );
  add(
    c.audioRendered < c.scriptsApproved,
    `${counted(c.scriptsApproved - c.audioRendered, 'script')} not spoken yet`,
    ['Have them spoken', `${base}/audio`],
  );
  add(
    stopped > 0,
    `${counted(stopped, 'script')} stopped by the check, because agent or numbers have changed`,
    ['Edit them', `${base}/review?queue=stopped`],
  );
  return blockers;
}

export function FinalStep({ campaign }: { campaign: Whole }) {
  const navigate = useNavigate();
  const isReview = campaign.status === 'REVIEW';
  const asked = useAsk(
    precheckDocument,
    { campaignId: campaign.id },
    { tick: campaign.updatedAt, pause: !isReview },
  );
  const outlook = useOutlook(campaign.id, campaign.updatedAt, !isReview);
  const approve = useChange(approveDocument);
  const [isSaved, setSaved] = useState(true);
  if (!isReview) {
    return (
      <Stack>
        <Past campaign={campaign} what="The final review belongs to a campaign in review." />
        <ScheduleForm campaign={campaign} />
      </Stack>
    );
  }
  const p = asked.data?.precheck;
  const blockers = blockersOf(campaign, p?.stopped ?? 0);
  return (
    <Stack>
      {blockers.length > 0 && (
        <Alert color="orange" variant="light" title="Before it can be approved">
          <List size="sm">
            {blockers.map(blocker => (
              <List.Item key={blocker.words}>
                {blocker.words}.
                {blocker.fixes.map(([fix, path]) => (
                  <span key={fix}>
                    {' '}
                    <Anchor component={Link} to={path} size="sm">
                      {fix}
                    </Anchor>
                  </span>
                ))}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Outlook asked={outlook} campaignId={campaign.id} />
      {asked.error && <Failed error={asked.error} again={asked.again} />}
      {asked.loading && <Loading what="the pre-check" />}
      {p && (
        <>
          <Figures>
            <Figure
              name="Eligible now"
              value={count(p.eligible)}
              under={`of ${count(p.contacts)} contacts, ${count(p.ready)} ready`}
            />
            <Figure
              name="Held"
              value={count(p.held)}
              under={
                p.earliestRelease && (
                  <>
                    the first released <When at={p.earliestRelease} />
                  </>
                )
              }
            />
            <Figure name="Blocked" value={count(p.blocked)} under="never sent, whatever is approved" />
          </Figures>
          {p.obstacles.length > 0 && (
            <Paper withBorder p="md">
              <Title order={2} size="h4">
                Why
              </Title>
              <Table aria-label="Rules in the way">
                <Table.Tbody>
                  {p.obstacles.map(o => (
                    <Table.Tr key={o.rule}>
                      <Table.Td>
                        {ruleName(o.rule)}
                        <Text size="xs" c="dimmed">
                          {o.rule}
                        </Text>
                      </Table.Td>
                      <Table.Td>
                        {o.earliestRelease && (
                          <Text size="sm">
                            the first released <When at={o.earliestRelease} />
                          </Text>
                        )}
                      </Table.Td>
                      <Table.Td ta="right">{counted(o.contacts, 'contact')}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Paper>
          )}
        </>
      )}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 6 }}>
          <ScheduleForm campaign={campaign} told={setSaved} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack>
            <Paper withBorder p="md">
              <CostLines campaignId={campaign.id} tick={campaign.updatedAt} />
            </Paper>
            <Recordings campaign={campaign} title="Listen to some" size={3} />
          </Stack>
        </Grid.Col>
      </Grid>
      <Group>
        <Sure
          label="Approve the campaign"
          variant="filled"
          color="green"
          disabled={blockers.length > 0 || !p || !isSaved || !mayBeSent(outlook)}
          title="Approve this campaign?"
          does="Approve it"
          run={async () => {
            const done = await approve.run({ id: campaign.id });
            if (done) void navigate(`/agent/campaigns/${campaign.id}/setup/submit`);
            return done;
          }}
        >
          You take responsibility for sending it: what the pre-check found is recorded with your name.{' '}
          {count(p?.eligible ?? 0)} are eligible now, {count(p?.held ?? 0)} held, {count(p?.blocked ?? 0)}{' '}
          blocked. Nothing is sent before it is submitted.
        </Sure>
        <Button
          variant="default"
          onClick={() => {
            asked.again();
            outlook.again();
          }}
        >
          Check again
        </Button>
      </Group>
    </Stack>
  );
}

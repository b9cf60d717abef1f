// Contacts that another campaign has, or that were called too recently: take them out, or keep them with a reason.
import { Button, Checkbox, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Whole } from '../campaign/useCampaign';
import { graphql } from '../graph/generated';
import type { DuplicateDecision, DuplicatesQuery } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { usePages } from '../graph/usePages';
import { LongList } from '../parts/LongList';
import { CampaignSign, Sign, When } from '../parts/Signs';
import { Empty, Failed } from '../parts/States';
import { Sure } from '../parts/Sure';
import { count, counted, deliveries, phone } from '../parts/words';
import { Conflicting, DuplicateReport, duplicateReportDocument } from './DuplicateReport';
import { Past } from './Setup';
import { callerIdsDocument } from './documents';

const document = graphql(`
  query Duplicates($campaignId: ID!, $minIntervalDays: Int, $first: Int, $after: String) {
    duplicates(campaignId: $campaignId, minIntervalDays: $minIntervalDays, first: $first, after: $after) {
      nodes {
        contactId
        contact {
          name
          phone
        }
        conflicts {
          campaignId
          campaignName
          visible
          status
          contactedAt
          daysSince
          outcome
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const resolveDocument = graphql(`
  mutation ResolveDuplicates($id: ID!, $decision: DuplicateDecision!) {
    it: resolveDuplicates(id: $id, decision: $decision) {
      ...CampaignAnswer
    }
  }
`);

type Row = DuplicatesQuery['duplicates']['nodes'][number];

/** Most contacts of one request. */
const AT_ONCE = 1000;

export function DuplicatesStep({ campaign }: { campaign: Whole }) {
  const navigate = useNavigate();
  const settings = useAsk(callerIdsDocument, {});
  const [chosen, setChosen] = useState<number>();
  const usual = campaign.minIntervalDays ?? settings.data?.organization?.settings.minIntervalDays;
  const days = chosen ?? usual ?? 30;
  // A look for each key that is typed would be many; the usual interval is looked for at once, as nothing is decided on another one.
  const [typed] = useDebouncedValue(chosen, 400);
  const looked = typed ?? usual ?? 30;
  const wanted = { campaignId: campaign.id, minIntervalDays: looked };
  const when = { pause: usual === undefined || campaign.status !== 'DRAFT', tick: campaign.updatedAt };
  const pages = usePages(document, wanted, data => data.duplicates, { ...when, size: 50 });
  const asked = useAsk(duplicateReportDocument, wanted, when);
  const report = asked.data?.duplicateReport;
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const resolve = useChange(resolveDocument);
  if (campaign.status !== 'DRAFT')
    return <Past campaign={campaign} what="Duplicates are resolved while the campaign is a draft." />;
  const next = `/agent/campaigns/${campaign.id}/setup/scripts`;
  const flip = (id: string) =>
    setPicked(now => {
      const then = new Set(now);
      if (!then.delete(id)) then.add(id);
      return then;
    });
  const all = pages.rows.slice(0, AT_ONCE).map(row => row.contactId);
  const decide = async (decision: Partial<DuplicateDecision>) => {
    const done = await resolve.run({
      id: campaign.id,
      decision: { keepReason: null, ...decision, minIntervalDays: days },
    });
    if (done) setPicked(new Set());
    return done;
  };
  const remove = (ids: string[], keepReason: string | null) => decide({ remove: ids, keepReason });
  // The interval is the campaign's from here on, also where nobody has to be taken out or kept any more.
  const goOn = async () => {
    const isDecided = campaign.duplicateResolution && days === campaign.minIntervalDays;
    if (isDecided || (await decide({}))) void navigate(next);
  };
  const isLooking = looked !== days;
  return (
    <Stack>
      <Group align="flex-end">
        <NumberInput
          label="Least days between two calls of a person"
          description="A shorter interval finds fewer; it is kept for this campaign when you decide, or go on"
          min={0}
          max={3650}
          value={days}
          onChange={value => value !== '' && setChosen(Number(value))}
        />
      </Group>
      {asked.error && <Failed error={asked.error} again={asked.again} />}
      {report && <DuplicateReport report={report} />}
      <LongList<Row>
        name="Duplicates"
        pages={pages}
        keyOf={row => row.contactId}
        empty={
          <Empty
            title="No duplicates"
            action={
              <Button loading={resolve.busy} disabled={isLooking} onClick={() => void goOn()}>
                Go on to scripts
              </Button>
            }
          >
            Nobody of the {count(campaign.counters.contacts)} contacts is in another campaign that is under
            way, or was called within {counted(looked, 'day')}.
          </Empty>
        }
        columns={[
          {
            title: 'Take out',
            width: 4,
            cell: row => (
              <Checkbox
                aria-label={`Take out ${row.contact?.name ?? 'the contact'}`}
                checked={picked.has(row.contactId)}
                onChange={() => flip(row.contactId)}
              />
            ),
          },
          {
            title: 'Contact',
            width: 10,
            cell: row => (
              <>
                {row.contact?.name ?? 'Unknown'}
                <Text size="xs" c="dimmed">
                  {row.contact ? phone(row.contact.phone) : ''}
                </Text>
              </>
            ),
          },
          {
            title: 'Also in',
            width: 22,
            cell: row =>
              row.conflicts.map(conflict => (
                <Group key={conflict.campaignId} gap="xs">
                  <Conflicting
                    id={conflict.campaignId}
                    name={conflict.campaignName}
                    visible={conflict.visible}
                  />
                  <CampaignSign status={conflict.status} />
                  <Text size="sm" component="span">
                    {conflict.contactedAt ? (
                      <>
                        called <When at={conflict.contactedAt} />, {counted(conflict.daysSince ?? 0, 'day')}{' '}
                        ago, <Sign of={deliveries[conflict.outcome]} />
                      </>
                    ) : (
                      'not called yet'
                    )}
                  </Text>
                </Group>
              )),
          },
        ]}
      />
      {pages.rows.length > 0 && (
        <Group>
          {report && report.tooRecent > 0 && (
            <Sure
              label="Take out everybody called too recently"
              disabled={isLooking}
              title="Take them out of this campaign?"
              does={`Take out ${counted(report.tooRecent, 'contact')}`}
              reason={report.tooRecent < report.duplicates ? 'Why the others stay' : ''}
              run={reason => decide({ removeTooRecent: true, keepReason: reason || null })}
            >
              All who were called within {counted(looked, 'day')}, also those that are not shown here. They
              stay in the contact list and in the other campaigns.
            </Sure>
          )}
          <Sure
            label={`Take out the ${count(picked.size)} ticked`}
            disabled={picked.size === 0 || isLooking}
            title="Take them out of this campaign?"
            does={`Take out ${counted(picked.size, 'contact')}`}
            reason={picked.size < pages.rows.length || pages.hasMore ? 'Why the others stay' : ''}
            run={reason => remove([...picked], reason || null)}
          >
            They stay in the contact list and in the other campaigns.
          </Sure>
          <Sure
            label={
              pages.hasMore ? `Take out the ${count(all.length)} loaded` : `Take out all ${count(all.length)}`
            }
            title="Take all of them out of this campaign?"
            does={`Take out ${counted(all.length, 'contact')}`}
            reason={pages.hasMore ? 'Why the others stay for now' : ''}
            run={reason => remove(all, reason || null)}
          >
            They stay in the contact list and in the other campaigns.
          </Sure>
          <Sure
            label="Keep all"
            variant="filled"
            color="blue"
            title="Keep all of them?"
            does="Keep them and go on"
            reason="Why they stay"
            run={async reason => {
              const done = await remove([], reason);
              if (done) void navigate(next);
              return done;
            }}
          >
            The rules still hold: whoever was called too recently is held back when the campaign is sent.
          </Sure>
        </Group>
      )}
    </Stack>
  );
}

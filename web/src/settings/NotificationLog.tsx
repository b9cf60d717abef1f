// What was told to whom, newest first, with the tries that it took; each can be sent again. Read anew while something waits to be
// sent.
import { Anchor, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback, useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { NotificationLogQuery, NotificationState } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { usePages } from '../graph/usePages';
import { LongList } from '../parts/LongList';
import { Sign, When } from '../parts/Signs';
import { Empty } from '../parts/States';
import { Sure } from '../parts/Sure';
import { away, count, when } from '../parts/words';
import { membersDocument } from './Members';
import {
  digestMailDocument,
  endpointsDocument,
  notificationsDocument,
  replayDocument,
} from './notificationDocuments';

type Row = NotificationLogQuery['notifications']['nodes'][number];

const STATES: Record<NotificationState, { label: string; color: string }> = {
  PENDING: { label: 'To be sent', color: 'blue' },
  DELIVERED: { label: 'Taken', color: 'green' },
  DEAD: { label: 'Given up', color: 'red' },
};

const isState = (text: string | null): text is NotificationState => text !== null && text in STATES;

/** How often the list is read again while something waits to be sent: what becomes of a try is known some seconds later. */
const AGAIN_MILLIS = 5_000;

/** How long after a repeat was asked for it is looked for, in milliseconds: it is planned a moment after it was recorded. */
const REPEAT_MILLIS = 30_000;

/** Whether a repeat was asked for a short while ago, and how to say that one was. */
function useRepeats(): [boolean, () => void] {
  const [asked, setAsked] = useState(0);
  const [over, setOver] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setOver(asked), REPEAT_MILLIS);
    return () => clearTimeout(timer);
  }, [asked]);
  return [asked !== over, useCallback(() => setAsked(n => n + 1), [])];
}

/**
 * Reads again while something is under way and the page is in sight. Notifications are rows of the outbox, of which the API tells nothing
 * by itself; when none waits, nothing can change but by a repeat that is asked for here.
 */
function useAgainWhile(isUnderWay: boolean, again: () => void): void {
  useEffect(() => {
    if (!isUnderWay) return;
    const timer = setInterval(() => document.visibilityState === 'visible' && again(), AGAIN_MILLIS);
    return () => clearInterval(timer);
  }, [isUnderWay, again]);
}

/** What an endpoint, a recipient or a member is called; those that are gone have no name any more. */
function useTargets(): (row: Row) => string {
  const endpoints = useAsk(endpointsDocument, {});
  const mail = useAsk(digestMailDocument, {});
  const members = useAsk(membersDocument, { withFormer: true });
  const names = new Map<string, string>();
  endpoints.data?.webhookEndpoints.forEach(e => names.set(e.id, e.origin));
  mail.data?.digestMail.recipients.forEach(r => r.address && names.set(r.id, r.address));
  members.data?.members.forEach(m => names.set(m.userId, m.name ?? m.email ?? 'A member without a name'));
  const known = endpoints.data && mail.data && members.data;
  return row =>
    names.get(row.targetId) ??
    (!known
      ? '…'
      : row.channel === 'WEBHOOK'
        ? 'An endpoint that was removed'
        : 'A recipient who was removed');
}

export function NotificationLog() {
  const [address, setAddress] = useSearchParams();
  const given = address.get('state');
  const state = isState(given) ? given : null;
  const pages = usePages(notificationsDocument, { state }, data => data.notifications);
  const [isRepeated, noteRepeat] = useRepeats();
  useAgainWhile(isRepeated || pages.rows.some(row => row.state === 'PENDING'), pages.again);
  const nameOf = useTargets();
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Notifications
      </Title>
      <Stack>
        <Text size="sm">
          What is not taken is tried ten times in two and a half days, then given up. Kept for 90 days.
        </Text>
        <Select
          label="Which notifications"
          maw={320}
          allowDeselect={false}
          data={[
            { value: 'ALL', label: 'All' },
            ...Object.entries(STATES).map(([value, { label }]) => ({ value, label })),
          ]}
          value={state ?? 'ALL'}
          onChange={value => setAddress(isState(value) ? { state: value } : {}, { replace: true })}
        />
        <LongList<Row>
          name="Notifications"
          pages={pages}
          keyOf={row => row.id}
          height="45vh"
          empty={
            state ? (
              <Empty title="None stand here" />
            ) : (
              <Empty title="Nobody was told anything yet">
                The first notification is sent when a campaign completes, or as a test.
              </Empty>
            )
          }
          columns={[
            { title: 'To', width: 8, cell: nameOf },
            { title: 'About', width: 5, cell: row => <About row={row} /> },
            { title: 'State', width: 8, cell: row => <Standing row={row} /> },
            { title: 'Tries', width: 4, right: true, cell: row => count(row.tries) },
            { title: 'Last answer', width: 7, cell: answerOf },
            { title: 'Made', width: 6, cell: row => <When at={row.createdAt} relative /> },
            {
              title: 'Again',
              width: 6,
              cell: row => <Replay row={row} to={nameOf(row)} asked={noteRepeat} />,
            },
          ]}
        />
      </Stack>
    </Paper>
  );
}

function About({ row }: { row: Row }) {
  if (!row.campaignId) return <>Test</>;
  return (
    <Anchor component={Link} to={`/agent/campaigns/${row.campaignId}/digest`} size="sm">
      Campaign
    </Anchor>
  );
}

function Standing({ row }: { row: Row }) {
  return (
    <span>
      <Sign of={STATES[row.state]} />
      {row.state === 'PENDING' && row.tries > 0 && row.nextTryAt && (
        <Text size="xs" c="dimmed" mt={2}>
          next try {away(row.nextTryAt)}
        </Text>
      )}
    </span>
  );
}

/** The status and the reason of the last try, as far as there was an answer. */
function answerOf({ status, error }: Row): string {
  if (status != null && error) return `${status}: ${error}`;
  return error ?? (status == null ? '—' : String(status));
}

function Replay({ row, to, asked }: { row: Row; to: string; asked: () => void }) {
  const replay = useChange(replayDocument);
  if (row.tries === 0) return <>—</>;
  const run = async () => {
    const done = await replay.run({ id: row.id });
    if (done) {
      asked();
      notifications.show({ message: 'It is sent again.', role: 'status' });
    }
    return done;
  };
  return (
    <Sure
      label="Send again"
      spoken={`Send again to ${to}, of ${when(row.createdAt)}`}
      size="compact-sm"
      color="blue"
      title={`Send it to ${to} again?`}
      does="Send it again"
      run={run}
    >
      It goes out under its own id, so a program that has seen it can tell.
      {row.channel === 'MAIL' && row.state === 'DELIVERED' && ' A mail that was taken comes a second time.'}
    </Sure>
  );
}

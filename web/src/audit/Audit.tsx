// For auditors: find a contact by number, replay its whole history, also as it stood on a date.
import { Alert, Anchor, Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { graphql } from '../graph/generated';
import { useAsk } from '../graph/useAsk';
import { PageTitle } from '../parts/PageTitle';
import { Sign } from '../parts/Signs';
import { Empty, Shown } from '../parts/States';
import { phone, standings, when } from '../parts/words';
import { useViewer } from '../shell/viewer';
import { e164 } from '../contacts/e164';
import { Replay } from './Replay';

const findDocument = graphql(`
  query FindByNumber($phone: String!, $minPosition: Position) {
    contacts(filter: { phone: $phone }, first: 10, minPosition: $minPosition) {
      nodes {
        id
        name
        phone
        standing
      }
    }
  }
`);

export function Audit() {
  const { mayAudit } = useViewer();
  const [address, setAddress] = useSearchParams();
  const number = address.get('number') ?? '';
  const contact = address.get('contact');
  const asOf = address.get('asOf') ?? '';
  const [typed, setTyped] = useState(phone(number));
  const [day, setDay] = useState(asOf);
  const asked = useAsk(findDocument, { phone: number }, { pause: !number });
  if (!mayAudit) {
    return (
      <>
        <PageTitle title="Audit" />
        <Empty title="Only auditors and admins replay histories">
          Ask your admin for another role. What you may see of a contact is on its own page.
        </Empty>
      </>
    );
  }
  const wrong = typed !== '' && e164(typed) === undefined;
  const find = () => {
    const found = e164(typed);
    const then = new URLSearchParams();
    if (found) then.set('number', found);
    else if (contact) then.set('contact', contact);
    if (day) then.set('asOf', day);
    setAddress(then);
  };
  const found = asked.data?.contacts.nodes ?? [];
  const only = number && found.length === 1 ? found[0] : undefined;
  const shown = contact ?? only?.id;
  const instant = asOf ? new Date(asOf).toISOString() : null;
  return (
    <>
      <PageTitle title="Audit" under="The whole history of a contact, from the journal" />
      <Paper withBorder p="md" mb="md">
        <form
          onSubmit={event => {
            event.preventDefault();
            find();
          }}
        >
          <Group align="flex-end">
            <TextInput
              label="Phone number"
              placeholder="(760) 555-0120"
              value={typed}
              error={wrong ? 'Ten digits of a US number' : undefined}
              onChange={event => setTyped(event.currentTarget.value)}
            />
            <TextInput
              label="As of"
              description="Your time; empty: now"
              type="datetime-local"
              value={day}
              onChange={event => setDay(event.currentTarget.value)}
            />
            <Button type="submit" disabled={wrong || (!typed && !contact)}>
              Replay
            </Button>
          </Group>
        </form>
      </Paper>
      {instant && (
        <Alert color="blue" variant="light" mb="md" role="status">
          As it stood on {when(instant)}: what came later is left out.
        </Alert>
      )}
      {number && !shown && (
        <Shown asked={asked} what="the contact">
          {() =>
            found.length === 0 ? (
              <Empty title="Nobody has this number">
                Check the digits. A number that was never in a list has no history here.
              </Empty>
            ) : (
              <Stack>
                {found.map(c => (
                  <Group key={c.id}>
                    <Anchor component={Link} to={`/audit?contact=${c.id}`}>
                      {c.name}
                    </Anchor>
                    <Text size="sm">{phone(c.phone)}</Text>
                    <Sign of={standings[c.standing]} />
                  </Group>
                ))}
              </Stack>
            )
          }
        </Shown>
      )}
      {!number && !contact && (
        <Empty title="Whose history?">
          Type a number. Every step is shown: who did what, when, on what grounds. A date shows what was known
          then.
        </Empty>
      )}
      {shown && <Replay key={`${shown} ${asOf}`} contactId={shown} asOf={instant} />}
    </>
  );
}

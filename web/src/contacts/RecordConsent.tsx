// Recording that people have agreed to be called: form, seller, disclosure, when and how.
import { Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { graphql } from '../graph/generated';
import type { ConsentForm } from '../graph/generated/graphql';
import { useAsk } from '../graph/useAsk';
import { useChange } from '../graph/useChange';
import { counted } from '../parts/words';
import { consentDocument } from './documents';

const sellerDocument = graphql(`
  query Seller($minPosition: Position) {
    organization(minPosition: $minPosition) {
      settings {
        brokerage
      }
    }
  }
`);

async function sha256(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

export function RecordConsent({ ids }: { ids: string[] }) {
  const [opened, { open, close }] = useDisclosure();
  const asked = useAsk(sellerDocument, {}, { pause: !opened });
  const [form, setForm] = useState<ConsentForm>('WRITTEN');
  const [seller, setSeller] = useState<string>();
  const [disclosure, setDisclosure] = useState('');
  const [at, setAt] = useState('');
  const [how, setHow] = useState('');
  const [evidence, setEvidence] = useState('');
  const record = useChange(consentDocument);
  const named = seller ?? asked.data?.organization?.settings.brokerage ?? '';
  const submit = async () => {
    const done = await record.run({
      contactIds: ids,
      consent: {
        form,
        seller: named,
        disclosureSha256: await sha256(disclosure.trim()),
        capturedAt: new Date(at).toISOString(),
        how,
        evidence: evidence.trim() || null,
      },
    });
    if (done) close();
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        Record consent
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`Record the consent of ${counted(ids.length, 'contact')}`}
        size="lg"
      >
        <form
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <Stack>
            <Text size="sm">An auditor asks for this later. Record only what you can prove.</Text>
            <Select
              label="Form"
              allowDeselect={false}
              data={[
                { value: 'WRITTEN', label: 'Written (signed)' },
                { value: 'ORAL', label: 'Oral' },
              ]}
              value={form}
              onChange={value => setForm((value ?? 'WRITTEN') as ConsentForm)}
            />
            <TextInput
              label="Seller that it names"
              required
              value={named}
              onChange={e => setSeller(e.currentTarget.value)}
            />
            <Textarea
              label="Words of the disclosure that was shown"
              description="Only their fingerprint (SHA-256) is kept"
              required
              autosize
              minRows={3}
              value={disclosure}
              onChange={e => setDisclosure(e.currentTarget.value)}
            />
            <TextInput
              label="When"
              type="datetime-local"
              required
              value={at}
              onChange={e => setAt(e.currentTarget.value)}
            />
            <TextInput
              label="How"
              description="Such as: web form"
              required
              value={how}
              onChange={e => setHow(e.currentTarget.value)}
            />
            <TextInput
              label="Where the proof lies"
              description="A reference, no personal details"
              value={evidence}
              onChange={e => setEvidence(e.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Leave it
              </Button>
              <Button type="submit" loading={record.busy}>
                Record it
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

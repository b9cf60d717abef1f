// Somebody added by hand.
import { Button, Group, Modal, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useChange } from '../graph/useChange';
import { addDocument } from './documents';

const FIELDS = [
  ['phone', 'Phone number', 'tel'],
  ['firstName', 'First name', 'text'],
  ['lastName', 'Last name', 'text'],
  ['email', 'E-mail address', 'email'],
  ['street', 'Street', 'text'],
  ['city', 'City', 'text'],
  ['state', 'State', 'text'],
  ['zip', 'ZIP code', 'text'],
] as const;

type Field = (typeof FIELDS)[number][0];

export function AddContact() {
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  const [given, setGiven] = useState<Partial<Record<Field, string>>>({});
  const add = useChange(addDocument);
  const submit = async () => {
    const { phone = '', firstName = '', lastName = '', ...others } = given;
    const done = await add.run({ input: { phone, firstName, lastName, ...others } });
    if (!done) return;
    if (done.duplicate) {
      const message = done.filled
        ? 'What was blank was filled, nothing was overwritten.'
        : 'Nothing was changed.';
      notifications.show({ title: 'This number was here already', message });
    }
    close();
    setGiven({});
    void navigate(`/agent/crm/contacts/${done.change.contactId}`);
  };
  return (
    <>
      <Button onClick={open}>Add a contact</Button>
      <Modal opened={opened} onClose={close} title="Add a contact" size="lg">
        <form
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <Stack>
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              {FIELDS.map(([name, label, type]) => (
                <TextInput
                  key={name}
                  label={label}
                  type={type}
                  required={name === 'phone'}
                  value={given[name] ?? ''}
                  onChange={event => {
                    const { value } = event.currentTarget;
                    setGiven(now => ({ ...now, [name]: value }));
                  }}
                />
              ))}
            </SimpleGrid>
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Leave it
              </Button>
              <Button type="submit" loading={add.busy}>
                Add
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

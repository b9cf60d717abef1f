// Asks before something that matters is done: says what it will do, and takes the reason where one is kept.
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useState } from 'react';

interface Properties {
  /** What the button that opens it says. */
  label: string;
  /** What it is called by those who hear it, where many buttons say the same. */
  spoken?: string;
  title: string;
  children: ReactNode;
  /** What the button that does it says. */
  does: string;
  /** Asked for before it can be done. */
  reason?: string;
  /** Keeps the button's place while it can't be used. */
  disabled?: boolean;
  color?: string;
  variant?: string;
  size?: string;
  run: (reason: string) => Promise<unknown>;
}

export function Sure(properties: Properties) {
  const { label, spoken, title, children, does, reason, disabled, run } = properties;
  const { color = 'red', variant = 'default', size = 'sm' } = properties;
  const [opened, { open, close }] = useDisclosure();
  const [given, setGiven] = useState('');
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    const done = await run(given.trim());
    setBusy(false);
    if (done === undefined) return;
    setGiven('');
    close();
  };
  return (
    <>
      <Button
        variant={variant}
        size={size}
        onClick={open}
        disabled={disabled ?? false}
        {...(spoken ? { 'aria-label': spoken } : {})}
      >
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={title}>
        <form
          onSubmit={event => {
            event.preventDefault();
            void act();
          }}
        >
          <Stack>
            <Text size="sm" component="div">
              {children}
            </Text>
            {reason && (
              <TextInput
                label={reason}
                required
                data-autofocus
                maxLength={200}
                value={given}
                onChange={event => setGiven(event.currentTarget.value)}
              />
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Keep as it is
              </Button>
              <Button type="submit" color={color} loading={busy} disabled={Boolean(reason) && !given.trim()}>
                {does}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

// The first run: whoever has the link that the server printed founds the organization and is its first admin.
import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';

interface Given {
  organization: string;
  name: string;
  email: string;
  password: string;
}

async function setUp(secret: string, given: Given): Promise<string | undefined> {
  try {
    const answer = await fetch('/set-up', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret, ...given }),
    });
    if (answer.ok) return undefined;
    const said = (await answer.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
    return said?.error?.message ?? 'the server did not answer as expected; try again in a moment';
  } catch {
    return 'the server cannot be reached; try again when it runs';
  }
}

export function SetUp({ secret, done }: { secret: string; done: () => void }) {
  const [given, setGiven] = useState<Given>({ organization: '', name: '', email: '', password: '' });
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const field = (name: keyof Given) => ({
    required: true,
    value: given[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setGiven(now => ({ ...now, [name]: value }));
    },
  });
  const submit = async () => {
    setBusy(true);
    const failed = await setUp(secret, given);
    setBusy(false);
    setProblem(failed);
    if (!failed) done();
  };
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={460}>
        <form
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <Stack>
            <Title order={1} size="h2">
              Set up voicedrop
            </Title>
            <Text size="sm">
              You are the first here: you found the organization and become its admin. Others are let in by
              you, under Settings, Members.
            </Text>
            {problem && (
              <Alert color="red" variant="light" role="alert">
                Not set up: {problem}.
              </Alert>
            )}
            <TextInput label="Name of the brokerage" autoComplete="organization" {...field('organization')} />
            <TextInput label="Your name" autoComplete="name" {...field('name')} />
            <TextInput label="E-mail address" type="email" autoComplete="username" {...field('email')} />
            <PasswordInput
              label="Password"
              description="At least 12 characters"
              autoComplete="new-password"
              {...field('password')}
            />
            <Button type="submit" loading={busy}>
              Make the organization
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

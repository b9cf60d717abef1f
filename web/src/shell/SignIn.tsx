// Signing in by e-mail address and password; how to get in the first time.
import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';

async function signIn(email: string, password: string): Promise<string | undefined> {
  try {
    const answer = await fetch('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    if (answer.ok) return undefined;
    const said = (await answer.json().catch(() => undefined)) as { error?: { message?: string } } | undefined;
    return said?.error?.message ?? 'the server did not answer as expected; try again in a moment';
  } catch {
    return 'the server cannot be reached; try again when it runs';
  }
}

export function SignIn({ ended, done }: { ended: boolean; done: () => void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  // Where the server leads whoever follows a one-time link that is used up.
  const isVoid = new URLSearchParams(location.search).get('link') === 'void';
  const submit = async () => {
    setBusy(true);
    const failed = await signIn(email, password);
    setBusy(false);
    setProblem(failed);
    if (!failed) done();
  };
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w="100%" maw={420}>
        <form
          onSubmit={event => {
            event.preventDefault();
            void submit();
          }}
        >
          <Stack>
            <Title order={1} size="h2">
              voicedrop
            </Title>
            {ended && !problem && (
              <Alert color="orange" variant="light" title="You were signed out">
                The session has ended. Sign in to go on where you were.
              </Alert>
            )}
            {isVoid && !problem && (
              <Alert color="orange" variant="light" title="This link no longer signs anybody in">
                It was used already, or its time has run out. Ask your admin for another.
              </Alert>
            )}
            {problem && (
              <Alert color="red" variant="light" role="alert">
                Not signed in: {problem}.
              </Alert>
            )}
            <TextInput
              label="E-mail address"
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={event => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              value={password}
              onChange={event => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={busy}>
              Sign in
            </Button>
            <Text size="sm" c="dimmed">
              The first time: open the one-time link that the server printed when it started, or the one that
              an admin gave you. With the latter, choose a password under Settings, Account.
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

// What stands in the place of content: nothing yet, still loading, or a failure that says what to do.
import { Alert, Button, Center, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { saidOf } from '../graph/useChange';

export function Loading({ what }: { what: string }) {
  return (
    <Center mih={160} role="status">
      <Stack align="center" gap="xs">
        <Loader size="sm" aria-hidden />
        <Text size="sm" c="dimmed">
          Loading {what}…
        </Text>
      </Stack>
    </Center>
  );
}

export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap="sm">
        <Title order={2} size="h4" ta="center">
          {title}
        </Title>
        {children && (
          <Text c="dimmed" ta="center" maw={560} component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  );
}

export function Failed({ error, again }: { error: CombinedError; again?: () => void }) {
  return (
    <Alert color="red" title="This could not be loaded" role="alert" variant="light">
      <Stack align="flex-start" gap="xs">
        <Text size="sm">{saidOf(error)}</Text>
        {again && (
          <Button size="xs" variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** The content, or what stands in its place. */
export function Shown<D>(props: {
  asked: { data: D | undefined; error: CombinedError | undefined; loading: boolean; again: () => void };
  what: string;
  children: (data: D) => ReactNode;
}) {
  const { asked, what, children } = props;
  if (asked.data !== undefined) {
    return (
      <>
        {asked.error && !asked.error.networkError && <Failed error={asked.error} again={asked.again} />}
        {children(asked.data)}
      </>
    );
  }
  if (asked.error) return <Failed error={asked.error} again={asked.again} />;
  return <Loading what={what} />;
}

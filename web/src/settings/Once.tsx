// Something that is shown once: a secret or a link, to be copied now.
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';

export function Once({
  title,
  words,
  secret,
  done,
}: {
  title: string;
  words: string;
  secret: string;
  done: () => void;
}) {
  return (
    <Alert color="green" variant="light" title={title} role="status">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{words}</Text>
        <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
          {secret}
        </Code>
        <Group>
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button size="xs" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
          <Button size="xs" variant="default" onClick={done}>
            I have it
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

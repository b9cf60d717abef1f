// The head of a screen: what it is, what can be done there; the browser's title follows.
import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect } from 'react';

export function PageTitle({
  title,
  under,
  children,
}: {
  title: string;
  under?: ReactNode;
  children?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · voicedrop`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" mb="md">
      <div>
        <Title order={1} size="h2">
          {title}
        </Title>
        {under && (
          <Text c="dimmed" size="sm" component="div">
            {under}
          </Text>
        )}
      </div>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}

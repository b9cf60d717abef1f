// One number with its name.
import { Paper, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Figure({ name, value, under }: { name: string; value: ReactNode; under?: ReactNode }) {
  return (
    <Paper withBorder p="md">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Text size="xl" fw={700} className="figures" component="div">
        {value}
      </Text>
      {under && (
        <Text size="xs" c="dimmed" component="div">
          {under}
        </Text>
      )}
    </Paper>
  );
}

export const Figures = ({ children }: { children: ReactNode }) => (
  <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="sm">
    {children}
  </SimpleGrid>
);

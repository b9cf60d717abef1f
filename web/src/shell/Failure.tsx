// Catches what breaks in a screen, so that the rest of the page stays.
import { Alert, Button, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Component } from 'react';

interface State {
  broken: string | undefined;
}

export class Failure extends Component<{ children: ReactNode; place: string }, State> {
  override state: State = { broken: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { broken: error instanceof Error ? error.message : 'unknown' };
  }

  override componentDidUpdate(before: { place: string }) {
    if (before.place !== this.props.place && this.state.broken !== undefined)
      this.setState({ broken: undefined });
  }

  override render() {
    if (this.state.broken === undefined) return this.props.children;
    return (
      <Alert color="red" variant="light" title="This screen broke" role="alert">
        <Stack align="flex-start" gap="xs">
          <Text size="sm">
            What you saved is safe. Load the page again; if it breaks again, tell your admin this:{' '}
            {this.state.broken}
          </Text>
          <Button size="xs" variant="default" onClick={() => location.reload()}>
            Load again
          </Button>
        </Stack>
      </Alert>
    );
  }
}

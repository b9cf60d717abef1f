// How the page is built, and how it reaches a server while it is developed or tested.
import { babelOptimizerPlugin } from '@graphql-codegen/client-preset';
import react from '@vitejs/plugin-react';
import type { ProxyOptions } from 'vite';
import { defineConfig } from 'vitest/config';

const server = process.env.VOICEDROP_URL ?? 'http://127.0.0.1:8080';

const proxy: Record<string, ProxyOptions> = {
  '^/graphql(/ws)?$': { target: server, ws: true },
  '^/(uploads|set-up|sign-out|status|healthz)$': { target: server },
  '^/sign-in(/.*)?$': { target: server },
  '^/imports/[^/]+/rejected\\.csv$': { target: server },
  '^/campaigns/[^/]+/digest\\.(pdf|html)$': { target: server },
  '^/exports/.*$': { target: server },
  '^/audio/.*$': { target: server },
  '^/connections/.*$': { target: server },
};

// What the server must send with the page: no inline script; Mantine writes its variables into style elements.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "media-src 'self' https:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

export default defineConfig({
  plugins: [
    // Each document by its name: without it the text of all of them would come along, as keys, beside the documents.
    react({
      babel: {
        plugins: [
          [babelOptimizerPlugin, { artifactDirectory: './src/graph/generated', gqlTagName: 'graphql' }],
        ],
      },
    }),
  ],
  build: { outDir: 'dist', assetsDir: 'assets', target: 'es2022', modulePreload: { polyfill: false } },
  server: { proxy },
  preview: { proxy, headers: { 'content-security-policy': policy, 'x-content-type-options': 'nosniff' } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'] },
});

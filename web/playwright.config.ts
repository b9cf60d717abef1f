// Stories in a browser against the real server with its sandbox. VOICEDROP_BIN names the server, CHROMIUM the browser.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  globalSetup: './e2e/serve.ts',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 600_000,
  expect: { timeout: 45_000 },
  reporter: [['list']],
  use: {
    baseURL: process.env.PAGE_URL ?? 'http://127.0.0.1:4173',
    storageState: 'test-results/admin.json',
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
    timezoneId: 'America/Los_Angeles',
    reducedMotion: 'reduce',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    },
    actionTimeout: 45_000,
    screenshot: 'only-on-failure',
    trace: 'off',
  },
});

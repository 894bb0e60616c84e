import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { chromiumArgs, chromiumPath } from './packages/peer/src/testing/chromium.ts'

/** Workspaces are imported by their `source` condition, so tests need no build. */
const source = { conditions: ['source', 'import', 'module', 'default'] }

/** End to end with so many programs that nothing may run beside them. */
const crowded = ['e2e/mesh.e2e.ts']

/** Real connections, which give up when they wait for a processor too long: no second page beside them. */
const connecting = ['packages/peer/src/web/webrtc.browser.test.ts']

/** What takes longest, longest first: one that begins last would leave a core idle for all the time it takes. */
const longest = [
  'e2e/talk.e2e.ts',
  'e2e/lock.e2e.ts',
  'e2e/hostile-relay.e2e.ts',
  'e2e/web.e2e.ts',
  'e2e/members-removal.e2e.ts',
  'e2e/page.e2e.ts',
  'e2e/files.e2e.ts',
  'apps/web/src/room/room.browser.test.tsx',
  'apps/web/src/map/map.browser.test.tsx',
  'apps/web/src/files/files.browser.test.tsx',
  'packages/peer/src/browser/tabs-pages.test.ts',
  'packages/peer/src/browser/storage-pages.test.ts',
  'packages/protocol/test/mesh.test.ts',
  'packages/protocol/test/simulate.test.ts',
  'packages/peer/src/node/devices.test.ts',
  'packages/protocol/test/chaos.test.ts',
  'packages/protocol/test/chaos-odd.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((path) => moduleId.endsWith(`/${path}`))
      return found < 0 ? longest.length : found
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

/** Made anew for each project: Vitest writes into it. */
const inChromium = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({
    launchOptions: {
      executablePath: chromiumPath(),
      args: [...chromiumArgs],
    },
  }),
  instances: [{ browser: 'chromium' as const }],
})

export default defineConfig({
  resolve: source,
  ssr: { resolve: source },
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,apps}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.browser.test.*'],
          // The native WebRTC addon does not survive worker threads.
          pool: 'forks',
          // Rooms have no state outside their machines: a process that loaded them once runs file after file, in half the time.
          isolate: false,
          maxWorkers: 2,
          // A limit for what hangs, not a measurement: a busy machine is no reason to fail.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          // Those who start and end programs answer to the signals of their process: each has its own.
          name: 'scripts',
          include: ['scripts/**/*.test.ts'],
          pool: 'forks',
          // As many as `unit` has: Vitest runs projects by one command only then.
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['{packages,apps}/**/*.browser.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', ...connecting],
          // Two pages, each for file after file: a page that has loaded the app once goes on with it, in half the time.
          isolate: false,
          maxWorkers: 2,
          testTimeout: 30_000,
          // What is waited for is given up late: a busy machine is no reason to fail.
          expect: { poll: { timeout: 10_000 } },
          browser: inChromium(),
        },
      },
      {
        extends: true,
        test: {
          name: 'connecting',
          include: connecting,
          testTimeout: 30_000,
          browser: inChromium(),
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          exclude: crowded,
          globalSetup: ['e2e/harness/one-browser.ts'],
          setupFiles: ['e2e/harness/on-failure.ts'],
          pool: 'forks',
          // Each has servers and folders of its own. A fifth of their time they wait for networks, and two would leave cores idle.
          maxWorkers: 3,
          // Vitest asks for it of projects with different numbers of workers that are run by one command.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'crowd',
          include: crowded,
          globalSetup: ['e2e/harness/one-browser.ts'],
          setupFiles: ['e2e/harness/on-failure.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})

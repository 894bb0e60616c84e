/**
 * One Chromium for all files of a project: to start another costs two seconds of processor time, as much as most tests need
 * for a page. What one person keeps is in a context of its own, so files share nothing they could see.
 *
 * `setup` and `teardown` are run by Vitest, before the first file and after the last; `sharedChromium` is for files.
 */
import { chromium } from 'playwright'
import type { Browser, BrowserServer } from 'playwright'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { chromiumArgs, chromiumPath } from '../../packages/peer/src/testing/chromium.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the browser listens. */
    chromiumEndpoint: string
  }
}

/** Microphones that are none, and nobody who has to allow them. */
const devices = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

let server: BrowserServer | undefined

export async function setup(project: TestProject): Promise<void> {
  server = await chromium.launchServer({
    executablePath: chromiumPath(),
    args: [...chromiumArgs, ...devices],
    host: '127.0.0.1',
  })
  project.provide('chromiumEndpoint', server.wsEndpoint())
}

export async function teardown(): Promise<void> {
  await server?.close()
}

/** To close it ends what this file opened in it, and nothing else. */
export function sharedChromium(): Promise<Browser> {
  return chromium.connect(inject('chromiumEndpoint'))
}

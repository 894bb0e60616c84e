/** What most files need: a folder, a relay and a browser, there before the first test and gone after the last. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll } from 'vitest'
import { sharedChromium } from './one-browser.ts'
import { freePort, Relay, temporaryFolder } from './programs.ts'

export interface Stage {
  /** Path of a folder that goes with everything in it. */
  readonly folder: string
  readonly relay: Relay
  readonly browser: Browser
}

/**
 * Sets a stage for the file or the `describe` it is called in. Hooks that are registered after it find it set, and take
 * their own things away before it goes.
 */
export function setStage(): Stage {
  let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined
  let relay: Relay | undefined
  let browser: Browser | undefined

  beforeAll(async () => {
    folder = await temporaryFolder()
    relay = new Relay(await freePort(), `${folder.path}/relay`)
    await relay.start()
    browser = await sharedChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await relay?.kill()
    await folder?.remove()
  })

  return {
    get folder() {
      return set(folder).path
    },
    get relay() {
      return set(relay)
    },
    get browser() {
      return set(browser)
    },
  }
}

function set<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the stage is not set before the first hook')
  return value
}

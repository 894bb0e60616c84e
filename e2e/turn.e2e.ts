/**
 * Behind a firewall that lets nothing through but TURN: a browser that may only use relayed addresses and a terminal meet
 * through the TURN server their relay names, with the credentials it makes.
 */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { Coturn } from './harness/coturn.ts'
import { sharedChromium } from './harness/one-browser.ts'
import { freePort, Relay, temporaryFolder, Terminal } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

/** Runs in the page before the app. */
function onlyRelayed(): void {
  const Real = window.RTCPeerConnection
  const given: RTCConfiguration[] = []
  Object.assign(window, { given })
  class Relayed extends Real {
    constructor(configuration?: RTCConfiguration) {
      super({ ...configuration, iceTransportPolicy: 'relay' })
      given.push(configuration ?? {})
    }
  }
  window.RTCPeerConnection = Relayed as typeof RTCPeerConnection
}

describe('TRN40 TRN42 REL65 a browser that only TURN lets through, and a terminal', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let coturn: Coturn
  let relay: Relay
  let browser: Browser
  let ana: Person
  let cleo: Terminal

  beforeAll(async () => {
    folder = await temporaryFolder()
    coturn = await Coturn.start(folder.path)
    relay = new Relay(await freePort(), `${folder.path}/relay`, {
      KITH_TURN_URLS: coturn.url,
      KITH_TURN_SECRET: coturn.secret,
    })
    await relay.start()
    browser = await sharedChromium()
    ana = await Person.arrive(browser, 'Ana')
    await ana.context.addInitScript(onlyRelayed)
    const link = await ana.makeRoom(relay.origin)
    cleo = new Terminal(['join', link, '--data', `${folder.path}/cleo`, '--name', 'Cleo'])
    await cleo.link()
  })

  afterAll(async () => {
    await cleo?.leave()
    await browser?.close()
    await relay?.kill()
    await coturn?.stop()
    await folder?.remove()
  })

  it('link directly through it and talk', async () => {
    await until('the terminal to have a direct link', 60_000, () =>
      [...cleo.peers.values()].some(({ path }) => path === 'direct'),
    )
    await ana.say('through the turn server')
    cleo.send('and back')
    await until('both messages in the terminal', 10_000, () => cleo.texts().length === 2)
    await until('both messages in the browser', 10_000, async () => (await ana.readAll()).length === 2)
    await until('the page to say so', 10_000, async () => {
      const paths = await ana.paths()
      return paths.length === 1 && paths[0]?.startsWith('Directly connected')
    })
    expect(coturn.allocations).toBeGreaterThan(0)
    const given = await ana.page.evaluate(() => (window as unknown as { given: RTCConfiguration[] }).given)
    expect(given.at(-1)?.iceServers).toEqual([
      {
        urls: [coturn.url],
        username: expect.stringMatching(/^\d{10}:kith$/) as string,
        credential: expect.stringMatching(/^[\w+/]{27}=$/) as string,
      },
    ])
    expect(ana.complaints).toEqual([])
  })
})

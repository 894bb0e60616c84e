/** Real keepers, `kith keep TICKET --count 3`: everybody leaves, and somebody with the link reads it all from them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNativeCrypto } from '@kith/peer/node/crypto'
import { keeperTicketOf } from '@kith/peer/node'
import { openRoomKeys, parseRoomLink } from '@kith/protocol'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, Person } from './harness/browser.ts'
import { freePort, Relay, temporaryFolder, Terminal } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

const kith = fileURLToPath(new URL('../apps/cli/bin/kith.mjs', import.meta.url))
const words = 'the cherry tree behind the shed'

describe('keepers at home', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let relay: Relay
  let browser: Browser
  let keepers: ChildProcess
  let said = ''

  beforeAll(async () => {
    folder = await temporaryFolder()
    relay = new Relay(await freePort(), `${folder.path}/relay`)
    await relay.start()
    browser = await launchChromium()
  })

  afterAll(async () => {
    keepers?.kill('SIGTERM')
    await browser.close()
    await relay.kill()
    await folder.remove()
  })

  it('KEE1 KEE2 give everything to who comes later, and hold nothing they could read', async () => {
    const ana = await Person.arrive(browser, 'Ana')
    const link = await ana.makeRoom(relay.origin)
    const ben = new Terminal(['join', link, '--data', `${folder.path}/ben`, '--name', 'Ben'])
    await ben.link()
    const crypto = createNativeCrypto()
    const ticket = keeperTicketOf(crypto, link) as string
    const data = `${folder.path}/keep`
    keepers = spawn(process.execPath, [kith, 'keep', ticket, '--count', '3', '--data', data])
    keepers.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until(`the keepers to run (${said})`, 15_000, () => said.includes('without being able to read'))
    await until(
      'the keepers to be linked',
      60_000,
      () =>
        [...ben.peers.values()].filter(({ name, state }) => name.startsWith('Keeper') && state === 'linked').length >=
        3,
    )
    await ana.say(words)
    ben.send('and a word from the terminal')
    await until('both words', 15_000, () => ben.messages.size === 2)
    await ben.leave()
    await ana.context.close()

    const cleo = new Terminal(['join', link, '--data', `${folder.path}/cleo`, '--name', 'Cleo'])
    await until(`everything from the keepers (${cleo.errors})`, 60_000, () => cleo.messages.size === 2)
    expect(cleo.texts().toSorted()).toEqual(['and a word from the terminal', words])
    await cleo.leave()

    const parsed = parseRoomLink(link)
    const secret = parsed.ok ? parsed.value.secret : new Uint8Array()
    const { epochKey, writeKey } = openRoomKeys(crypto, secret)
    const needles = [words, Buffer.from(secret), Buffer.from(epochKey), Buffer.from(writeKey)]
    let files = 0
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      files++
      const bytes = readFileSync(join(entry.parentPath, entry.name))
      for (const needle of needles) expect(bytes.includes(needle)).toBe(false)
    }
    expect(files).toBeGreaterThan(3)
  }, 90_000)
})

/**
 * A members room as five people live in it: founded in a browser, entered through one another, one of them removed while
 * away and writing, and afterwards stricter than before. Two browsers, four terminals, one relay.
 */
import { openSealedNodeStorage } from '@kith/peer/node'
import { createNobleCrypto, formatHex, founderSecret, longTermIdentity } from '@kith/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import {
  about,
  command,
  enterPin,
  foundRoom,
  inviteFrom,
  inviteIn,
  knock,
  membersOf,
  namesIn,
  newest,
  phaseOf,
  pinFor,
  pinShown,
  shownIn,
  untilIn,
} from './harness/members.ts'
import { Terminal } from './harness/programs.ts'
import { drawnIn, folderContents, formsOf, pageContents, rememberDrawn } from './harness/stores.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

describe('a members room of people who come through one another', () => {
  const stage = setStage()
  let ana: Person
  const terminals: Terminal[] = []

  const arrive = (invite: string, name: string): Terminal => {
    const terminal = new Terminal(['join', invite, '--name', name, '--data', `${stage.folder}/${name}`])
    terminals.push(terminal)
    return terminal
  }
  const comesBack = (name: string): Terminal => {
    const terminal = new Terminal(['--data', `${stage.folder}/${name}`])
    terminals.push(terminal)
    return terminal
  }
  const shows = (person: Person, text: string): Promise<void> =>
    person.page.getByRole('log').getByText(text, { exact: true }).waitFor({ timeout: 60_000 })

  beforeAll(async () => {
    ana = await Person.arrive(stage.browser, 'Anastasia', { keepsApp: true })
    await ana.context.addInitScript(rememberDrawn)
  })

  afterAll(async () => {
    await Promise.all(terminals.map((terminal) => terminal.kill()))
  })

  let ben: Terminal
  /** What people told each other by another road: invites and PINs. */
  const told: string[] = []

  it('MEM14 MEM16 EPO5 removes somebody who is away and writing, with whom is there through them, and keeps whom it says', async () => {
    await foundRoom(ana, stage.relay.origin)
    const forBenedikt = await inviteIn(ana)
    ben = arrive(forBenedikt, 'Benedikt')
    const forBen = await pinShown(ana)
    told.push(forBen, forBenedikt.slice(forBenedikt.indexOf('#i-') + 3))
    await until('Ben to be asked', 60_000, () => phaseOf(ben)?.phase === 'pinWanted')
    command(ben, `pin ${forBen}`)
    await untilIn(ben, 'Benedikt')

    const cleo = await Person.arrive(stage.browser, 'Cleopatra')
    await knock(cleo, await inviteFrom(ben))
    await enterPin(cleo, await pinFor(ben, 'Cleopatra'))
    const dan = arrive(await inviteIn(cleo, false), 'Danuta')
    await untilIn(dan, 'Danuta')
    const eve = arrive(await inviteIn(cleo, false), 'Evelyne')
    await untilIn(eve, 'Evelyne')
    await cleo.say('said while I was one of you')
    await shows(ana, 'said while I was one of you')
    await ana.until(/Members: 5/u)

    // Eve is away, too, and has not heard of the removal when she meets Cleo again.
    await eve.leave()
    await cleo.context.setOffline(true)
    await cleo.pullWebRtc(true)
    await cleo.say('said behind your backs')
    await shows(cleo, 'said behind your backs')

    const dialog = await about(ana, 'Cleopatra')
    await dialog.getByRole('button', { name: 'Remove from the room…' }).click()
    const removing = ana.page.getByRole('dialog', { name: 'Remove Cleopatra?' })
    await removing.getByText('2 people are here only because of them:').waitFor()
    await removing.getByRole('checkbox', { name: /Evelyne/u }).uncheck()
    await removing.getByRole('button', { name: 'Remove 2 people' }).click()
    await removing.waitFor({ state: 'detached' })
    await ana.say('said without Cleo')
    await until('Ben to read on', 60_000, () => ben.texts().includes('said without Cleo'))
    expect(await namesIn(ben)).toEqual(['Anastasia', 'Benedikt', 'Evelyne'])
    await until('Dan to be told', 60_000, async () => (await membersOf(dan)).standing === 'removed')

    await cleo.pullWebRtc(false)
    await cleo.context.setOffline(false)
    const again = comesBack('Evelyne')
    await until('Eve to read on', 60_000, () => again.texts().includes('said without Cleo'))
    again.send('I am back')
    await shows(ana, 'I am back')
    ben.send('so we are three')
    await shows(ana, 'so we are three')
    await until('Eve to hear that', 60_000, () => again.texts().includes('so we are three'))
    expect(await namesIn(again)).toEqual(['Anastasia', 'Benedikt', 'Evelyne'])

    const inside = [await shownIn(ben), await shownIn(again), (await ana.readAll()).map(({ text }) => text)]
    for (const texts of inside) {
      expect(texts).not.toContain('said behind your backs')
      expect(texts).toContain('said while I was one of you')
      expect(texts).toContain('so we are three')
    }
    const cleoReads = (await cleo.readAll()).map(({ text }) => text)
    for (const texts of [cleoReads, dan.texts()]) {
      expect(texts).not.toContain('said without Cleo')
      expect(texts).not.toContain('I am back')
      expect(texts).not.toContain('so we are three')
    }
    expect(cleoReads).toContain('said while I was one of you')
    expect([ana.complaints, cleo.complaints]).toEqual([[], []])
    await cleo.context.close()
  }, 240_000)

  it('INV6 asks for a second voucher where the rules say so: one is not enough, two are', async () => {
    await ana.page.keyboard.press('Escape')
    await ana.page.getByRole('button', { name: 'Room settings' }).click()
    const settings = ana.page.getByRole('dialog')
    await settings.getByRole('button', { name: 'Who comes in' }).click()
    await settings.getByRole('combobox', { name: 'Vouchers for a newcomer' }).selectOption('2')
    await settings.getByRole('button', { name: 'Close' }).click()
    await until('Ben to know the rule', 20_000, async () => {
      const { policy } = (await membersOf(ben)) as { policy?: { vouches?: number } }
      return policy?.vouches === 2
    })
    const finn = arrive(await inviteIn(ana), 'Finnegan')
    const byAna = await pinShown(ana)
    await until('Finn to be asked', 60_000, () => phaseOf(finn)?.phase === 'pinWanted')
    command(finn, `pin ${byAna}`)
    const half = await until('one word for Finn', 60_000, () => {
      const line = phaseOf(finn)
      return line?.phase === 'vouchesWanted' && line.have === 1 ? line : undefined
    })
    expect(half).toMatchObject({ have: 1, need: 2 })
    expect(await namesIn(ben)).not.toContain('Finnegan')
    ben.send('who is that at the door?')
    await shows(ana, 'who is that at the door?')
    expect(finn.texts()).toEqual([])

    await until('Finn at the door of Ben', 60_000, () =>
      newest(ben, ({ type, name, state }) => type === 'newcomer' && name === 'Finnegan' && state === 'here'),
    )
    command(ben, 'pin Finnegan')
    const byBen = await pinFor(ben, 'Finnegan')
    await until('Finn to be asked again', 60_000, () => phaseOf(finn)?.phase === 'pinWanted')
    command(finn, `pin ${byBen}`)
    await untilIn(finn, 'Finnegan')
    await until('what was said before', 60_000, () => finn.texts().includes('who is that at the door?'))
    expect(await namesIn(ben)).toContain('Finnegan')
    await ana.until(/Members: 4/u)
    expect(ana.complaints).toEqual([])
  })

  it('STO20 leaves nothing of it to read on the disk: no word, no name, no room, no PIN, no invite, no key', async () => {
    const page = ana.page
    await page.getByRole('button', { name: 'Room settings' }).click()
    const settings = page.getByRole('dialog')
    await settings.getByLabel('What you call this room').fill('Harvest committee')
    await settings.getByLabel('What you call this room').press('Enter')
    await settings.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('heading', { name: 'Harvest committee' }).first().waitFor()
    await ben.leave()
    const words = ['said while I was one of you', 'so we are three', 'who is that at the door?']
    const names = ['Anastasia', 'Benedikt', 'Cleopatra', 'Danuta', 'Evelyne', 'Finnegan', 'Harvest committee']
    const secrets = [...words, ...names, ...told]

    const inPage = await pageContents(page)
    const onDisk = await folderContents(`${stage.folder}/Benedikt`)
    // The search finds what is there: the keys of records are in the clear.
    for (const contents of [inPage, onDisk]) {
      expect(/room\/[0-9a-f]{32}/u.test(contents)).toBe(true)
      for (const secret of secrets) {
        for (const form of formsOf(secret)) expect(contents.includes(form), secret).toBe(false)
      }
    }

    // Nothing of any record of the terminal: entries, operations, keys of epochs, devices and identities.
    const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
    const storage = await openSealedNodeStorage(`${stage.folder}/Benedikt`, { crypto })
    const records = await storage.read({ prefix: '', limit: 10_000 })
    await storage.close()
    const epochKeys = records.filter(({ key }) => /^room\/[0-9a-f]+\/k\//u.test(key))
    expect(epochKeys.length).toBeGreaterThan(0)
    for (const { key, value } of records) {
      if (value.length < 16) continue
      expect(onDisk.includes(Buffer.from(value.subarray(-32)).toString('latin1')), key).toBe(false)
    }
    const { identity } = JSON.parse(
      Buffer.from(records.find(({ key }) => key.startsWith('chat/room/'))!.value).toString(),
    ) as { identity: string }
    for (const form of formsOf(Buffer.from(identity, 'base64url'))) expect(onDisk.includes(form)).toBe(false)

    // Nor any key of the page: those of the epochs, which are the terminal's, too; whatever it drew for identities, devices and
    // sessions, and what comes from that; and the founder's, who comes from the root of the twelve words and the first operation.
    const [short, long, nonces] = await Promise.all([16, 32, 12].map((length) => drawnIn(page, length)))
    const create = records.find(({ key, value }) => /^room\/[0-9a-f]+\/g\//u.test(key) && value[1] === 1)!.value
    const [founder, salt] = [create.subarray(34, 66), create.subarray(105, 121)]
    const founders = short!.map((root) => ({ root, pair: crypto.signKeyPair(founderSecret(crypto, root, salt)) }))
    const { root, pair } = founders.find((one) => Buffer.compare(one.pair.publicKey, founder) === 0)!
    const ofSeeds = long!.flatMap((seed) => [crypto.signKeyPair(seed), crypto.agreeKeyPair(seed)])
    const pairs = [pair, longTermIdentity(crypto, root), ...ofSeeds]
    const keys = [
      ...epochKeys.map(({ value }) => value),
      ...short!,
      ...long!,
      ...pairs.flatMap(({ secretKey, publicKey }) => [secretKey, publicKey]),
    ]
    const holds = (bytes: Uint8Array): boolean => formsOf(bytes).some((form) => inPage.includes(form))
    // Nonces lie there in the clear: the search does find what was drawn.
    expect(nonces!.some(holds)).toBe(true)
    expect(keys.filter(holds).map(formatHex)).toEqual([])
    expect(ana.complaints).toEqual([])
  })
})

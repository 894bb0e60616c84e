/**
 * An attested address, as people come by it: a code is mailed through a real SMTP server and entered in a browser, and a
 * terminal on a machine that reaches nobody says of the stored message whose it is, and of others that it cannot.
 */
import { cp } from 'node:fs/promises'
import type { Room } from '@kith/peer'
import { createNodeChat } from '@kith/peer/node'
import { createNobleCrypto, hashClaim } from '@kith/protocol'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Mailbox } from '../apps/relay/test/mailbox.ts'
import { Person } from './harness/browser.ts'
import { command, membersOf, newest } from './harness/members.ts'
import { sharedChromium } from './harness/one-browser.ts'
import { freePort, Relay, temporaryFolder, Terminal } from './harness/programs.ts'
import { until } from './harness/waiting.ts'

/** A relay with an authentication service that mails through `mailbox`. */
async function attestingRelay(dataDir: string, mailbox: Mailbox): Promise<Relay> {
  const env = { KITH_SMTP_URL: await mailbox.listen(), KITH_AUTH_FROM: 'Kith <kith@chat.example>' }
  const relay = new Relay(await freePort(), dataDir, env, ['--auth'])
  await relay.start()
  return relay
}

/** How sure a terminal is of each of the others, by name. */
async function levelsAt(terminal: Terminal): Promise<Readonly<Record<string, string | undefined>>> {
  const { people } = await membersOf(terminal)
  // Who is being reached has no name yet.
  const others = (people ?? []).filter(({ name }) => name !== 'Bob' && name !== '')
  return Object.fromEntries(others.map(({ name, verification }) => [name, verification]))
}

async function done(terminal: Terminal, matches: RegExp): Promise<void> {
  await until(matches.source, 60_000, () =>
    newest(terminal, ({ type, text }) => type === 'done' && matches.test(text ?? '')),
  )
}

/** What this program shows of itself says from now on that the service attested `to`, of the same length as `from`. */
function forge(room: Room, from: string, to: string): void {
  const { identity } = room as Room & { readonly identity: { proof(): Uint8Array } }
  const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
  const proof = Buffer.from(identity.proof())
  const at = proof.indexOf(from)
  const salt = proof.subarray(at - 17, at - 1)
  const hashOf = (claim: string): Uint8Array => hashClaim(crypto, { type: 'email', salt, claim: Buffer.from(claim) })
  const hashAt = proof.indexOf(hashOf(from))
  if (at < 0 || hashAt < 0) throw new Error('there is nothing to forge')
  proof.set(hashOf(to), hashAt)
  proof.set(Buffer.from(to), at)
  Object.defineProperty(identity, 'proof', { value: () => new Uint8Array(proof) })
}

/** A machine whose clock is so far ahead, seen from a program that starts on it. */
function clockAhead(ms: number): Readonly<Record<string, string>> {
  const shift = `const real=Date.now;Date.now=()=>real()+${ms}`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}` }
}

describe('an address, attested', () => {
  const [mailbox, otherMailbox] = [new Mailbox(), new Mailbox()]
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let relay: Relay
  let other: Relay
  let browser: Browser

  beforeAll(async () => {
    folder = await temporaryFolder()
    relay = await attestingRelay(`${folder.path}/relay`, mailbox)
    other = await attestingRelay(`${folder.path}/other`, otherMailbox)
    browser = await sharedChromium()
  })

  afterAll(async () => {
    await browser?.close()
    await Promise.all([relay?.kill(), other?.kill(), mailbox.close(), otherMailbox.close()])
    await folder?.remove()
  })

  it('AUT5 AUT11 IDN17 IDN19 is entered in a browser, verified in a terminal with no network, and expires', async () => {
    const ada = await Person.arrive(browser, 'Ada')
    const { page } = ada
    const link = await ada.makeRoom(relay.origin)
    const bobDir = `${folder.path}/bob`
    const bob = new Terminal(['join', link, '--name', 'Bob', '--data', bobDir])

    await page.getByRole('button', { name: 'Settings', exact: true }).first().click()
    const settings = page.getByRole('dialog', { name: 'Settings' })
    await settings.getByLabel('E-mail address').fill('ada@example.org')
    await settings.getByRole('button', { name: 'Mail me a code' }).click()
    const mail = await until('the mail', 60_000, () => mailbox.mails[0])
    expect(mail.to).toEqual(['ada@example.org'])
    const codeField = settings.getByLabel('The code that was mailed to ada@example.org')
    await codeField.fill(mail.code === '000000' ? '000001' : '000000')
    await settings.getByRole('button', { name: 'Enter', exact: true }).click()
    await settings.getByText(/not the code/u).waitFor()
    await codeField.fill(mail.code)
    await settings.getByRole('button', { name: 'Enter', exact: true }).click()
    await settings.getByText(/^Attested by localhost/u).waitFor()
    await settings.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Room settings' }).click()
    const roomSettings = page.getByRole('dialog', { name: 'Room settings' })
    await roomSettings.getByRole('switch', { name: 'Show the people here who you are' }).check()
    await roomSettings.getByRole('button', { name: 'Close' }).click()
    await ada.say('it is me')
    await until('her message', 60_000, () => bob.texts().includes('it is me'))
    // Trudy has the same address attested by a service of her own, and Eve forges a statement of the right one.
    const trudyDir = `${folder.path}/trudy`
    const atOther = new Terminal(['new', '--name', 'Trudy', '--data', trudyDir, '--relay', other.origin])
    await atOther.link()
    command(atOther, 'attest ada@example.org')
    const { code } = await until('the other mail', 60_000, () => otherMailbox.mails[0])
    await done(atOther, /^A code was mailed/u)
    command(atOther, `attest ${code}`)
    await done(atOther, /^ada@example\.org is attested/u)
    await atOther.leave()
    const trudy = new Terminal(['join', link, '--name', 'Trudy', '--data', trudyDir])
    await trudy.link()
    command(trudy, 'reveal')
    await done(trudy, /see who you are now/u)
    trudy.send('no, I am Ada')
    const eve = await createNodeChat({
      dataDir: `${folder.path}/eve`,
      relay: relay.origin,
      name: 'Eve',
      iceServers: [],
    })
    await eve.identify({ type: 'askCode', email: 'eve@example.org', relay: relay.origin })
    await eve.identify({ type: 'enterCode', code: (await until('her mail', 60_000, () => mailbox.mails[1])).code })
    const eves = await eve.join(link)
    forge(eves, 'eve@example.org', 'ada@example.org')
    await eve.identify({ type: 'show', room: eves.id, on: true })
    await eves.send('both lie')
    await until('what all say', 60_000, () => {
      const texts = bob.texts()
      return ['it is me', 'no, I am Ada', 'both lie'].every((text) => texts.includes(text))
    })

    // Nobody's word is taken unasked: the signature is there, and counts for nothing yet.
    expect(await levelsAt(bob)).toEqual({ Ada: 'none', Trudy: 'none', Eve: 'none' })
    command(bob, 'believe')
    await done(bob, /^You take the word of localhost/u)
    await until('her address', 60_000, async () => (await levelsAt(bob))['Ada'] === 'attested')
    expect(await levelsAt(bob)).toEqual({ Ada: 'attested', Trudy: 'none', Eve: 'none' })
    // The browser says so itself when a wrong code is refused.
    expect(ada.complaints.filter((complaint) => !complaint.includes('403 (Forbidden)'))).toEqual([])
    await Promise.all([bob.leave(), trudy.leave(), eve.close(), ada.context.close()])
    await Promise.all([relay.kill(), other.kill()])

    await cp(bobDir, `${folder.path}/bob-believes`, { recursive: true })

    // Neither relay nor service nor anybody: what is on the disk says whose the message is, and whose it is not.
    const alone = new Terminal(['--data', bobDir])
    await until('the stored message', 60_000, () => alone.texts().includes('it is me'))
    await until('her address', 60_000, async () => (await levelsAt(alone))['Ada'] === 'attested')
    expect(await levelsAt(alone)).toEqual({ Ada: 'attested', Trudy: 'none', Eve: 'none' })
    const claims = (await membersOf(alone)).people?.flatMap(({ claim }) => claim ?? [])
    expect(claims).toEqual(['ada@example.org'])
    command(alone, `doubt ${relay.origin}`)
    await done(alone, /no longer take the word/u)
    expect(await levelsAt(alone)).toEqual({ Ada: 'none', Trudy: 'none', Eve: 'none' })
    await alone.leave()
  }, 240_000)

  it('IDN19 is over after ninety days, also where nobody can be asked', async () => {
    const day = 24 * 60 * 60 * 1000
    for (const [days, level] of [
      [88, 'attested'],
      [91, 'none'],
    ] as const) {
      const later = new Terminal(['--data', `${folder.path}/bob-believes`], clockAhead(days * day))
      await until('the stored message', 60_000, () => later.texts().includes('it is me'))
      await until('what is left of it', 60_000, async () => (await levelsAt(later))['Ada'] === level)
      await later.kill()
    }
  }, 240_000)
})

/** One room whose members check signatures with different engines, and somebody in it who signs to part them. */
import { describe, expect, it } from 'vitest'
import { createNativeCrypto } from '../../peer/src/node/crypto.ts'
import { verifyManyNative } from '../../peer/src/node/verify.ts'
import { craftedKeys, craftedKinds, signCrafted } from '../src/crypto/crafted-fixture.ts'
import type { Crypto } from '../src/crypto/crypto.ts'
import { createSeededCrypto } from '../src/crypto/seeded.ts'
import { encodeChain } from '../src/identity/chain.ts'
import { certifyDevice, certifySession, createDevice, createIdentity, createSession } from '../src/identity/session.ts'
import { formatHex } from '../src/codec/text.ts'
import { decodeEntry, type Entry } from '../src/log/entry.ts'
import { createParty, Desk } from '../src/rooms/room-fixture.ts'

const noble = createSeededCrypto('mixed')
const native: Crypto = { ...createNativeCrypto(), random: noble.random }
const start = 1_700_000_000_000

describe('a room of members on different engines', () => {
  it.each(craftedKinds)('CRY1 judges an entry signed by %s the same everywhere, and goes on together', async (kind) => {
    const party = createParty(noble, ['ada', 'bo', 'carol', 'dora'], start)
    const engines: readonly Crypto[] = [noble, native, noble, native]
    const desks = engines.map((crypto, i) => party.desk(i, start, { crypto }))
    const [ada, bo, carol, dora] = desks as [Desk, Desk, Desk, Desk]

    const [identity, device, session] = [createIdentity(noble), createDevice(noble), createSession(noble)]
    const keys = craftedKeys(session.sign, kind)
    const statements = [
      certifyDevice(noble, identity, { sign: device.sign.publicKey, agree: device.agree.publicKey }, start),
      certifySession(noble, device.sign, keys.publicKey, start),
    ]
    const me = {
      session: keys,
      chain: encodeChain(statements),
      author: formatHex(identity.publicKey),
      name: 'mallory',
    }
    const crafting: Crypto = { ...noble, sign: (_secretKey, message) => signCrafted(keys, kind, message) }
    const mallory = new Desk({ crypto: crafting, keys: party.keys, me })
    // As bytes: what came from elsewhere is marked by nobody.
    const crafted = say(mallory, 'who reads this?', start + 1).map(({ bytes }) => arrived(bytes.slice()))

    // Live with Ada and Bo; as a page of history, checked in bulk, with Carol and Dora.
    const outcomes = [ada, bo].map((desk) => crafted.map((entry) => desk.receive(entry, start + 2).outcome))
    expect(outcomes[0]).toEqual(outcomes[1])
    const plans = [carol, dora].map((desk) => desk.room.plan({ entries: crafted, receipts: [] }, start + 2))
    const inBulk = await verifyManyNative(plans[1]!.checks)
    const oneByOne = plans[0]!.checks.map((check) => noble.verify(check.publicKey, check.message, check.signature))
    expect(inBulk).toEqual(oneByOne)
    carol.apply(carol.room.import(plans[0]!, oneByOne, start + 2))
    dora.apply(dora.room.import(plans[1]!, inBulk, start + 2))

    // The room goes on: what each says next everybody has.
    desks.forEach((desk, i) => {
      for (const entry of say(desk, `${i} goes on`, start + 10 + i)) {
        for (const other of desks) if (other !== desk) other.receive(entry, start + 20)
      }
    })
    const texts = [...ada.shown.values()].map(({ text }) => text).toSorted()
    const own = ['0 goes on', '1 goes on', '2 goes on', '3 goes on']
    expect(texts).toEqual(kind === 'torsionKey' ? [...own, 'who reads this?'] : own)
    for (const desk of desks) expect(desk.screen).toEqual(ada.screen)
  })
})

function arrived(bytes: Uint8Array): Entry {
  const decoded = decodeEntry(noble, bytes)
  if (!decoded.ok) throw new Error(decoded.code)
  return decoded.value
}

function say(desk: Desk, text: string, now: number): readonly Entry[] {
  const posted = desk.room.post({ type: 'text', text }, now)
  if (!posted.ok) throw new Error(posted.code)
  desk.apply(posted.value)
  return posted.value.entries
}

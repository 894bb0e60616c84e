import { describe, expect, it } from 'vitest'
import { createNobleCrypto } from '../crypto/noble.ts'
import { certifyDevice, createDevice, createIdentity } from '../identity/session.ts'
import { Authority, maxLobbyGrants } from './authority.ts'
import { type LobbyGrant, signAppointment, signLobbyGrant } from './lobby-words.ts'
import { SealedShelf, maxSealedBytes } from './sealed-shelf.ts'

let counter = 0
const crypto = createNobleCrypto((length) => new Uint8Array(length).fill(++counter))
const room = new Uint8Array(32).fill(7)
const founder = createIdentity(crypto)
const [own, admin, stranger] = [createDevice(crypto), createDevice(crypto), createDevice(crypto)]
const certify = (identity: typeof founder, device: typeof own): Uint8Array =>
  certifyDevice(crypto, identity, { sign: device.sign.publicKey, agree: device.agree.publicKey }, 0)
const certificate = certify(founder, own)

function appointing(order: number, devices: readonly (typeof own)[], by = own, paper = certificate) {
  const about = { order, devices: devices.map(({ sign }) => sign.publicKey), certificate: paper }
  return signAppointment(crypto, by.sign, room, about)
}

function granting(n: number, order: number, by: typeof own, paper: Uint8Array = new Uint8Array(0)): LobbyGrant {
  const key = new Uint8Array(32).fill(n)
  const about = { lobbyId: key, writeKey: key, order, lobbyKey: key, rendezvousSecret: key, certificate: paper }
  return signLobbyGrant(crypto, by.sign, room, about)
}

describe('whose word keepers of a members room believe', () => {
  it('KEE13 the founder and whom it appoints, and nobody else', () => {
    const authority = new Authority(crypto, room, founder.publicKey)
    const other = createIdentity(crypto)
    expect(authority.grant(granting(1, 1, admin))).toBe(false)
    expect(authority.grant(granting(1, 1, stranger, certify(other, stranger)))).toBe(false)
    // Somebody else's certificate does not make a device the founder's.
    expect(authority.grant(granting(1, 1, stranger, certificate))).toBe(false)
    expect(authority.appoint(appointing(1, [stranger], stranger, certify(other, stranger)))).toBe(false)
    expect(authority.appoint(appointing(1, [stranger], stranger))).toBe(false)
    expect(authority.grant(granting(1, 1, own, certificate))).toBe(true)
    expect(authority.appoint(appointing(1, [admin]))).toBe(true)
    expect(authority.grant(granting(2, 5, admin))).toBe(true)
    expect(authority.current?.order).toBe(5)
    const changed = { ...granting(3, 9, admin), order: 10 }
    expect(authority.grant(changed)).toBe(false)
    const elsewhere = new Authority(crypto, new Uint8Array(32), founder.publicKey)
    expect(elsewhere.grant(granting(1, 1, own, certificate))).toBe(false)
  })

  it('KEE13 what was said by who is appointed no more falls, however high its order', () => {
    const authority = new Authority(crypto, room, founder.publicKey)
    authority.appoint(appointing(1, [admin]))
    authority.grant(granting(1, 1, own, certificate))
    authority.grant(granting(2, 2 ** 47, admin))
    expect(authority.current?.order).toBe(2 ** 47)
    expect(authority.appoint(appointing(2, []))).toBe(true)
    expect(authority.current?.order).toBe(1)
    // An older appointment does not bring it back.
    expect(authority.appoint(appointing(1, [admin]))).toBe(false)
    expect(authority.grant(granting(2, 2 ** 47, admin))).toBe(false)
  })

  it('KEE13 KEE5 is the same when it is read back, and remembers so many lobbies', () => {
    const authority = new Authority(crypto, room, founder.publicKey)
    authority.appoint(appointing(3, [admin]))
    for (let n = 1; n <= maxLobbyGrants + 3; n++) authority.grant(granting(n, n, admin))
    const records = new Map<string, Uint8Array>()
    for (const { key, value } of authority.flush()) {
      if (value === undefined) records.delete(key)
      else records.set(key, value)
    }
    expect(records.size).toBe(1 + maxLobbyGrants)
    const again = new Authority(crypto, room, founder.publicKey)
    for (const [key, value] of records) again.restore({ key, value })
    expect(again.grants()).toEqual(authority.grants())
    expect(again.isAppointed(Buffer.from(admin.sign.publicKey).toString('hex'))).toBe(true)
  })
})

describe('sealed operations at a keeper', () => {
  it('KEE14 those that came first make room, and nothing comes back that went', () => {
    const shelf = new SealedShelf()
    const part = maxSealedBytes / 8
    const one = (n: number) => ({
      name: new Uint8Array(16).fill(n),
      epochId: room,
      lobbyId: room,
      signature: new Uint8Array(64),
      box: new Uint8Array(part),
    })
    for (let n = 0; n < 12; n++) shelf.take(one(n))
    expect(shelf.bytes).toBe(maxSealedBytes)
    expect(shelf.names().map(([n]) => n)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
    shelf.take({ ...one(40), box: new Uint8Array(maxSealedBytes / 2) })
    expect(shelf.size).toBe(8)
    const kept = new Map<string, Uint8Array | undefined>()
    for (const { key, value } of shelf.flush()) kept.set(key, value)
    expect([...kept.values()].filter((value) => value !== undefined).length).toBe(8)
  })
})

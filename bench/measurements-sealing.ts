/**
 * S1-04: what one message to many costs. Once under the room's epoch key, as rooms do it; sealed to each member by HPKE
 * (RFC 9180), the whole message each time; and the middle way of mail: the message once under a fresh key, that key sealed
 * to each. Each time with what runs in Node and with the JavaScript that runs where a page has nothing synchronous.
 */
import { createNativeCrypto } from '@kith/peer/node'
import { createNobleCrypto, type Crypto, hpkeSeal } from '@kith/protocol'
import { BodySeal } from '../packages/protocol/src/rooms/seal.ts'

export const memberCounts = [10, 100, 1_000] as const
const messageBytes = 300
const patienceMs = 100

export interface SealingFigures {
  readonly epochMs: number
  readonly epochBytes: number
  /** Milliseconds and bytes of one message, by members. */
  readonly eachMs: readonly number[]
  readonly eachBytes: readonly number[]
  readonly keyEachMs: readonly number[]
  readonly keyEachBytes: readonly number[]
  /** Members to whom a message is sealed one by one in 100 ms, after which a person notices. */
  readonly membersIn100Ms: number
}

export function measureSealing(): { readonly native: SealingFigures; readonly script: SealingFigures } {
  const native = createNativeCrypto()
  return { native: measure(native), script: measure(createNobleCrypto(native.random)) }
}

function measure(crypto: Crypto): SealingFigures {
  const message = crypto.random(messageBytes)
  const info = crypto.random(32)
  const aad = crypto.random(133)
  const members = Array.from(
    { length: Math.max(...memberCounts) },
    () => crypto.agreeKeyPair(crypto.random(32)).publicKey,
  )
  const epoch = new BodySeal(crypto, crypto.random(32))
  const sealEpoch = (): number => epoch.seal(aad, crypto.random(24), message).length
  const sealEach = (count: number, plaintext: Uint8Array): number => {
    let bytes = 0
    for (let i = 0; i < count; i++) {
      bytes += hpkeSeal(crypto, { recipient: members[i] as Uint8Array, info, aad, plaintext })?.length ?? 0
    }
    return bytes
  }
  const sealKeyToEach = (count: number): number => {
    const key = crypto.random(32)
    return crypto.xchachaSeal(key, crypto.random(24), aad, message).length + sealEach(count, key)
  }
  const epochOnce = timed(sealEpoch)
  const each = memberCounts.map((count) => timed(() => sealEach(count, message)))
  const keyEach = memberCounts.map((count) => timed(() => sealKeyToEach(count)))
  const largest = each.at(-1)
  const perMemberMs = largest === undefined ? Number.NaN : largest.ms / Math.max(...memberCounts)
  return {
    epochMs: round(epochOnce.ms),
    epochBytes: epochOnce.bytes,
    eachMs: each.map(({ ms }) => round(ms)),
    eachBytes: each.map(({ bytes }) => bytes),
    keyEachMs: keyEach.map(({ ms }) => round(ms)),
    keyEachBytes: keyEach.map(({ bytes }) => bytes),
    membersIn100Ms: Math.floor(patienceMs / perMemberMs),
  }
}

/** Repeated for a quarter of a second after a warm-up: the time of one. */
function timed(work: () => number): { readonly ms: number; readonly bytes: number } {
  let bytes = work()
  for (const end = performance.now() + 60; performance.now() < end;) bytes = work()
  let runs = 0
  const began = performance.now()
  for (const end = began + 250; performance.now() < end; runs++) work()
  return { ms: (performance.now() - began) / runs, bytes }
}

function round(ms: number): number {
  return Number(ms.toPrecision(3))
}

export function sealingTable({ native, script }: ReturnType<typeof measureSealing>): string {
  const line = (name: string, ms: readonly (number | string)[], bytes: readonly (number | string)[]): string =>
    `| ${name} | ${ms.join(' | ')} | ${bytes.map((count) => count.toLocaleString('en')).join(' | ')} |`
  const rows = (name: string, figures: SealingFigures): string[] => [
    line(
      `${name}: once, epoch key`,
      memberCounts.map(() => figures.epochMs),
      memberCounts.map(() => figures.epochBytes),
    ),
    line(`${name}: message to each`, figures.eachMs, figures.eachBytes),
    line(`${name}: key to each`, figures.keyEachMs, figures.keyEachBytes),
  ]
  const heads = memberCounts.map((count) => count.toLocaleString('en'))
  return [
    `| one message of ${messageBytes} B to | ${heads.map((count) => `${count}: ms`).join(' | ')} | ${heads.map((count) => `${count}: B`).join(' | ')} |`,
    `|---|${'---|'.repeat(2 * heads.length)}`,
    ...rows('Node', native),
    ...rows('JavaScript', script),
    `\nmembers sealed to one by one in 100 ms: ${native.membersIn100Ms} in Node, ${script.membersIn100Ms} in JavaScript`,
  ].join('\n')
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatHex, parseHex } from '../codec/text.ts'
import { NoiseHandshake, type NoiseOutcome } from './noise.ts'
import { createSeededCrypto } from './seeded.ts'
import file from './vectors/noise-nnpsk0.json' with { type: 'json' }

const crypto = createSeededCrypto('noise')
const bytes = (hex: string): Uint8Array => parseHex(hex)!

interface Vector {
  readonly protocol_name: string
  readonly init_prologue: string
  readonly init_psks?: readonly string[]
  readonly init_ephemeral: string
  readonly resp_prologue: string
  readonly resp_ephemeral: string
  readonly resp_psks?: readonly string[]
  readonly handshake_hash: string
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[]
}

function pair(
  psks: readonly [Uint8Array | undefined, Uint8Array | undefined],
  prologues: readonly [Uint8Array, Uint8Array],
) {
  const ephemerals = [crypto.agreeKeyPair(crypto.random(32)), crypto.agreeKeyPair(crypto.random(32))] as const
  return [0, 1].map(
    (i) =>
      new NoiseHandshake({
        crypto,
        initiator: i === 0,
        prologue: prologues[i]!,
        psk: psks[i],
        ephemeral: ephemerals[i]!,
      }),
  ) as [NoiseHandshake, NoiseHandshake]
}

describe('Noise', () => {
  test.each(file.vectors as readonly Vector[])('CRY8 vectors of $protocol_name', (vector) => {
    const initiator = new NoiseHandshake({
      crypto,
      initiator: true,
      prologue: bytes(vector.init_prologue),
      psk: vector.init_psks?.[0] === undefined ? undefined : bytes(vector.init_psks[0]),
      ephemeral: crypto.agreeKeyPair(bytes(vector.init_ephemeral)),
    })
    const responder = new NoiseHandshake({
      crypto,
      initiator: false,
      prologue: bytes(vector.resp_prologue),
      psk: vector.resp_psks?.[0] === undefined ? undefined : bytes(vector.resp_psks[0]),
      ephemeral: crypto.agreeKeyPair(bytes(vector.resp_ephemeral)),
    })
    const [first, second, ...rest] = vector.messages
    expect(formatHex(initiator.write(bytes(first!.payload)))).toBe(first!.ciphertext)
    expect(responder.read(bytes(first!.ciphertext))).toEqual({ ok: true, value: bytes(first!.payload) })
    expect(formatHex(responder.write(bytes(second!.payload)))).toBe(second!.ciphertext)
    expect(initiator.read(bytes(second!.ciphertext))).toEqual({ ok: true, value: bytes(second!.payload) })
    const [i, r] = [initiator.finish(), responder.finish()]
    expect(formatHex(i.hash)).toBe(vector.handshake_hash)
    expect(r.hash).toEqual(i.hash)
    expect(rest.length).toBeGreaterThan(2)
    rest.forEach((message, at) => {
      const [from, to] = at % 2 === 0 ? [i, r] : [r, i]
      expect(formatHex(from.send.seal(bytes(message.payload)))).toBe(message.ciphertext)
      expect(to.receive.open(bytes(message.ciphertext))).toEqual(bytes(message.payload))
    })
  })

  test('CRY8 both vectors are there', () => {
    expect(file.vectors.map((vector) => vector.protocol_name).sort()).toEqual([
      'Noise_NN_25519_ChaChaPoly_SHA256',
      'Noise_NNpsk0_25519_ChaChaPoly_SHA256',
    ])
  })

  test('CRY9 the exported secret is shared, and differs from run to run', () => {
    const run = (): NoiseOutcome[] => {
      const psk = new Uint8Array(32).fill(7)
      const prologue = Uint8Array.of(1)
      const [i, r] = pair([psk, psk], [prologue, prologue])
      r.read(i.write())
      i.read(r.write())
      return [i.finish(), r.finish()]
    }
    const [a, b] = run()
    const [c] = run()
    expect(a!.exported).toEqual(b!.exported)
    expect(a!.exported).not.toEqual(c!.exported)
    expect(a!.hash).not.toEqual(c!.hash)
  })

  test('CRY9 another psk or prologue, or any changed bit, ends the handshake', () => {
    const psk = new Uint8Array(32).fill(1)
    const prologue = Uint8Array.of(1)
    const [a, b] = pair([psk, new Uint8Array(32).fill(2)], [prologue, prologue])
    expect(b.read(a.write())).toEqual({ ok: false, code: 'badTag' })
    const [c, d] = pair([psk, psk], [prologue, Uint8Array.of(2)])
    expect(d.read(c.write())).toEqual({ ok: false, code: 'badTag' })
    fc.assert(
      fc.property(fc.nat(48 * 8 - 1), fc.boolean(), (bit, inFirst) => {
        const [i, r] = pair([psk, psk], [prologue, prologue])
        const flip = (message: Uint8Array): Uint8Array => {
          const altered = message.slice()
          altered[bit >> 3]! ^= 1 << (bit & 7)
          return altered
        }
        const first = i.write()
        if (inFirst) return r.read(flip(first)).ok === false
        r.read(first)
        return i.read(flip(r.write())).ok === false
      }),
      { numRuns: 40 },
    )
  })

  test('CRY4 a low-order share is refused by whoever reads it', () => {
    const [, r] = pair([new Uint8Array(32), new Uint8Array(32)], [Uint8Array.of(), Uint8Array.of()])
    expect(r.read(new Uint8Array(48))).toEqual({ ok: false, code: 'lowOrderShare' })
    const [i] = pair([new Uint8Array(32), new Uint8Array(32)], [Uint8Array.of(), Uint8Array.of()])
    i.write()
    expect(i.read(new Uint8Array(48))).toEqual({ ok: false, code: 'lowOrderShare' })
    const [, short] = pair([new Uint8Array(32), new Uint8Array(32)], [Uint8Array.of(), Uint8Array.of()])
    expect(short.read(new Uint8Array(31))).toEqual({ ok: false, code: 'malformed' })
  })

  test('CRY10 a cipher state opens frames once, in order, and a failure does not move it', () => {
    const psk = new Uint8Array(32)
    const [i, r] = pair([psk, psk], [Uint8Array.of(), Uint8Array.of()])
    r.read(i.write())
    i.read(r.write())
    const { send } = i.finish()
    const { receive } = r.finish()
    const [one, two] = [send.seal(Uint8Array.of(1)), send.seal(Uint8Array.of(2))]
    expect(receive.open(two)).toBeUndefined()
    expect(receive.open(one)).toEqual(Uint8Array.of(1))
    expect(receive.open(one)).toBeUndefined()
    expect(receive.open(two)).toEqual(Uint8Array.of(2))
  })
})

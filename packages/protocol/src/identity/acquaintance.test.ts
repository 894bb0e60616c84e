import { describe, expect, test } from 'vitest'
import { formatHex } from '../codec/text.ts'
import type { KeyPair } from '../crypto/crypto.ts'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { Acquaintance, type AcquaintanceOutput, maxOpenRequests, requestLifeMs } from './acquaintance.ts'
import { certifyPersona, encodeProof } from './proof.ts'
import { createIdentity } from './session.ts'
import { type ContactWhisper, decodeWhisper, encodeWhisper } from './whisper.ts'

const crypto = createSeededCrypto('acquaintance')
const now = 1_790_000_000_000

class Person {
  readonly identity: KeyPair = createIdentity(crypto)
  readonly author: Uint8Array = createIdentity(crypto).publicKey
  readonly who = formatHex(this.author)
  readonly name: string
  readonly machine: Acquaintance
  /** Everything that left this person's program. */
  readonly said: Uint8Array[] = []
  readonly told: AcquaintanceOutput[] = []
  /** Puts another's proof into what it says. */
  borrowed: Uint8Array | undefined

  constructor(name: string) {
    this.name = name
    this.machine = new Acquaintance({
      crypto,
      author: this.author,
      identity: this.identity.publicKey,
      name: () => name,
      prove: () => this.borrowed ?? this.proof(),
    })
  }

  proof(): Uint8Array {
    const persona = certifyPersona(crypto, this.identity, this.author, now)
    return encodeProof({ persona, attestations: [], claims: [] })
  }

  carry(outputs: readonly AcquaintanceOutput[], to: Person): void {
    for (const output of outputs) {
      if (output.type !== 'whisper') {
        this.told.push(output)
        continue
      }
      const bytes = encodeWhisper(output.whisper)
      this.said.push(bytes)
      const decoded = decodeWhisper(bytes)
      if (!decoded.ok) throw new Error(decoded.code)
      to.carry(to.machine.receive(this.who, this.author, decoded.value as ContactWhisper, now), this)
    }
  }

  contact() {
    const met = this.told.find((output) => output.type === 'acquainted')
    return met?.type === 'acquainted' ? met.contact : undefined
  }

  names(identity: Uint8Array): boolean {
    return this.said.some((bytes) => formatHex(bytes).includes(formatHex(identity)))
  }
}

describe('becoming contacts', () => {
  test('CON1 request, accept, confirm: both know the other and share a secret', () => {
    const [ada, ben] = [new Person('Ada'), new Person('Ben')]
    ada.carry(ada.machine.request(ben.who, now), ben)
    expect(ben.told).toEqual([{ type: 'asked', who: ada.who, name: 'Ada' }])
    ben.carry(ben.machine.answer(ada.who, true, now), ada)
    expect(ada.contact()).toMatchObject({ identity: ben.identity.publicKey, name: 'Ben' })
    expect(ben.contact()).toMatchObject({ identity: ada.identity.publicKey, name: 'Ada' })
    expect(ada.contact()?.secret).toEqual(ben.contact()?.secret)
    expect(ada.machine.waitingFor).toEqual([])
  })

  test('CON2 nobody tells who they are before both want it', () => {
    const [ada, ben] = [new Person('Ada'), new Person('Ben')]
    ada.carry(ada.machine.request(ben.who, now), ben)
    expect(ada.names(ada.identity.publicKey)).toBe(false)
    ben.carry(ben.machine.answer(ada.who, false, now), ada)
    expect(ben.names(ben.identity.publicKey)).toBe(false)
    expect(ada.told).toEqual([{ type: 'declined', who: ben.who }])
    expect([ada.contact(), ben.contact()]).toEqual([undefined, undefined])
    // An acceptance of a request that was never made, or under another id, tells nothing either.
    const eve = new Person('Eve')
    const accept = {
      type: 'accept',
      id: crypto.random(16),
      share: crypto.random(32),
      name: 'Eve',
      proof: eve.proof(),
    } as const
    expect(ada.machine.receive(eve.who, eve.author, accept, now)).toEqual([])
    ada.carry(ada.machine.request(ben.who, now), ben)
    expect(ada.machine.receive(ben.who, ben.author, { ...accept, proof: ben.proof() }, now)).toEqual([])
    expect(ada.names(ada.identity.publicKey)).toBe(false)
  })

  test('CON3 another person’s passport is refused', () => {
    const [ada, ben, eve] = [new Person('Ada'), new Person('Ben'), new Person('Eve')]
    eve.borrowed = ben.proof()
    ada.carry(ada.machine.request(eve.who, now), eve)
    eve.carry(eve.machine.answer(ada.who, true, now), ada)
    expect(ada.contact()).toBeUndefined()
    eve.carry(eve.machine.request(ada.who, now), ada)
    expect(ada.contact()).toBeUndefined()
    // One's own, too: a person is no contact of themselves.
    ben.borrowed = ada.proof()
    ada.carry(ada.machine.request(ben.who, now), ben)
    ben.carry(ben.machine.answer(ada.who, true, now), ada)
    expect(ada.contact()).toBeUndefined()
  })

  test('CON4 both asking at once are contacts without another question', () => {
    const [ada, ben] = [new Person('Ada'), new Person('Ben')]
    const [fromAda, fromBen] = [ada.machine.request(ben.who, now), ben.machine.request(ada.who, now)]
    ada.carry(fromAda, ben)
    ben.carry(fromBen, ada)
    expect(ada.contact()?.secret).toBeDefined()
    expect(ada.contact()?.secret).toEqual(ben.contact()?.secret)
  })

  test('CON5 open requests are bounded and end by themselves', () => {
    const ada = new Person('Ada')
    for (let i = 0; i < 100; i++) {
      const other = crypto.random(32)
      ada.machine.request(formatHex(crypto.random(32)), now)
      ada.machine.receive(formatHex(other), other, { type: 'request', id: crypto.random(16), name: 'x' }, now)
    }
    expect(ada.machine.waitingFor).toHaveLength(maxOpenRequests)
    const ben = new Person('Ben')
    ben.carry(ben.machine.request(ada.who, now), ada)
    ada.machine.request(formatHex(crypto.random(32)), now + requestLifeMs + 1)
    expect(ada.machine.waitingFor).toHaveLength(1)
  })
})

/**
 * A member that signs to part a room: a chat as a terminal runs it, in the test's own process, whose signatures are of the
 * kind that engines are known to disagree about. Its entries reach the others as everybody's do.
 */
import type { Crypto } from '@kith/protocol'
import { createNativeCrypto, type OpenChat } from '@kith/peer/node'
import { type CraftedKind, craftedKeys, signCrafted } from '../../packages/protocol/src/crypto/crafted-fixture.ts'
import { openMemoryChat } from './memory-chat.ts'

const ofEntries = Buffer.from('kith1/msg\0')

type Room = Awaited<ReturnType<OpenChat['join']>>

/** Whether entries are crafted now, and how many were. */
interface Craft {
  now: boolean
  count: number
}

export class Crafter {
  readonly kind: CraftedKind
  readonly #chat: OpenChat
  readonly #room: Room
  readonly #craft: Craft

  private constructor(kind: CraftedKind, chat: OpenChat, room: Room, craft: Craft) {
    this.kind = kind
    this.#chat = chat
    this.#room = room
    this.#craft = craft
  }

  static async join(kind: CraftedKind, link: string): Promise<Crafter> {
    const craft = { now: false, count: 0 }
    const chat = await openMemoryChat(craftingCrypto(createNativeCrypto(), kind, craft), kind)
    return new Crafter(kind, chat, await chat.join(link), craft)
  }

  /** How many others it is linked with. */
  get links(): number {
    return this.#room.state.people.filter(({ me, online }) => online && !me).length
  }

  /** Every message it shows, its own among them. */
  get texts(): readonly string[] {
    const { timeline } = this.#room
    return Array.from({ length: timeline.length }, (_, i) => timeline.at(i).text)
  }

  say(text: string): Promise<string> {
    return this.#room.send(text)
  }

  /** Says it under a crafted signature; fails when none was made. */
  async sayCrafted(text: string): Promise<string> {
    const before = this.#craft.count
    this.#craft.now = true
    const said = this.#room.send(text)
    const id = await said.finally(() => (this.#craft.now = false))
    if (this.#craft.count === before) throw new Error(`nothing was signed by ${this.kind}`)
    return id
  }

  leave(): Promise<void> {
    return this.#chat.close()
  }
}

/** Its own keys are of the crafted kind from the start, where the kind is one of keys; entries are crafted when told so. */
function craftingCrypto(honest: Crypto, kind: CraftedKind, craft: Craft): Crypto {
  /** Seeds of its own making, hex: what the room derives from its secret, such as where it meets, stays as it is. */
  const own = new Set<string>()
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const pairOf = (secretKey: Uint8Array) => craftedKeys(honest.signKeyPair(secretKey), kind)
  return {
    ...honest,
    random: (length) => {
      const bytes = honest.random(length)
      own.add(hex(bytes))
      return bytes
    },
    signKeyPair: (seed) => (own.has(hex(seed)) ? pairOf(seed) : honest.signKeyPair(seed)),
    sign: (secretKey, message) => {
      const isEntry = Buffer.from(message.subarray(0, ofEntries.length)).equals(ofEntries)
      const isCrafted = kind === 'torsionKey' ? own.has(hex(secretKey)) : craft.now && isEntry
      if (!isCrafted) return honest.sign(secretKey, message)
      if (isEntry) craft.count++
      return signCrafted(pairOf(secretKey), kind, message)
    },
  }
}

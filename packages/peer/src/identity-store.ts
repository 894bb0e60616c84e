/** What is kept of who somebody is, in the same store as the rooms (`identity-desk.ts`, `known-people.ts`, `contacts.ts`). */
import { formatBase64url, formatUtf8, parseBase64url } from '@kith/protocol'
import { parseJson } from './chat-store.ts'
import type { KeptContact } from './contacts.ts'
import { type KeptIdentity, packIdentity, unpackIdentity } from './identity-desk.ts'
import { type KnownPerson, packKnown, unpackKnown } from './known-people.ts'
import { type KeptDevices, packDevices, unpackDevices } from './own-devices.ts'
import type { Storage } from './storage.ts'

const contactPrefix = 'chat/contact/'
const pageSize = 100

export class IdentityStore {
  readonly #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  async readIdentity(): Promise<KeptIdentity | undefined> {
    return unpackIdentity(await this.#get('chat/identity'))
  }

  async writeIdentity(identity: KeptIdentity): Promise<void> {
    await this.#put('chat/identity', packIdentity(identity))
  }

  async readDevices(): Promise<KeptDevices> {
    return unpackDevices(await this.#get('chat/devices'))
  }

  async writeDevices(devices: KeptDevices): Promise<void> {
    await this.#put('chat/devices', packDevices(devices))
  }

  async readKnown(): Promise<readonly KnownPerson[]> {
    return unpackKnown(await this.#get('chat/known'))
  }

  async writeKnown(people: readonly KnownPerson[]): Promise<void> {
    await this.#put('chat/known', packKnown(people))
  }

  async readContacts(): Promise<readonly KeptContact[]> {
    const contacts: KeptContact[] = []
    let after: string | undefined
    do {
      const page = await this.#storage.read({ prefix: contactPrefix, after, limit: pageSize })
      for (const { key, value } of page) {
        const contact = unpackContact(key.slice(contactPrefix.length), parseJson(value))
        if (contact !== undefined) contacts.push(contact)
      }
      after = page.length === pageSize ? page.at(-1)?.key : undefined
    } while (after !== undefined)
    return contacts
  }

  async writeContact({ id, secret, ...rest }: KeptContact): Promise<void> {
    await this.#put(`${contactPrefix}${id}`, { ...rest, secret: formatBase64url(secret) })
  }

  async forgetContact(id: string): Promise<void> {
    await this.#storage.write([{ key: `${contactPrefix}${id}`, value: undefined }])
  }

  async #get(key: string): Promise<Record<string, unknown>> {
    const [record] = await this.#storage.read({ prefix: key, limit: 1 })
    return parseJson(record?.value)
  }

  async #put(key: string, value: Record<string, unknown>): Promise<void> {
    await this.#storage.write([{ key, value: formatUtf8(JSON.stringify(value)) }])
  }
}

function unpackContact(id: string, fields: Record<string, unknown>): KeptContact | undefined {
  const { name, secret, room, relay, since, blocked, met, invite } = fields
  const bytes = typeof secret === 'string' ? parseBase64url(secret) : undefined
  if (bytes?.length !== 32 || typeof name !== 'string' || typeof room !== 'string') return undefined
  if (typeof since !== 'number') return undefined
  return {
    id,
    name,
    secret: bytes,
    room,
    relay: typeof relay === 'string' ? relay : undefined,
    since,
    blocked: blocked === true,
    met: unpackMet(met),
    invite: typeof invite === 'string' ? invite : undefined,
  }
}

function unpackMet(value: unknown): KeptContact['met'] {
  if (typeof value !== 'object' || value === null) return undefined
  const { room, who } = value as Record<string, unknown>
  return typeof room === 'string' && typeof who === 'string' ? { room, who } : undefined
}

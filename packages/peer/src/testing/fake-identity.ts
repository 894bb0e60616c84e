/** The identity half of the fake chat: plausible answers, nothing decided. */
import type { Millis } from '@kith/protocol'
import type { RoomState } from '../chat.ts'
import { type DeviceCommand, type DevicesState, noDevices } from '../devices-state.ts'
import { IdentityRefused } from '../errors.ts'
import type {
  Comparing,
  ContactCommand,
  ContactRequest,
  ContactsState,
  IdentityCommand,
  IdentityState,
  VerifyCommand,
} from '../identity-state.ts'
import { unverified } from '../members-state.ts'

const fakeServiceKey = 'a7'.repeat(32)
const ninetyDays: Millis = 90 * 86_400_000
/** The code that the fake service mails. */
export const fakeCode = '123456'
export const fakePhrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

export const fakeIdentity: IdentityState = {
  id: '5e'.repeat(32),
  fingerprint: 'K7QM-2D0R-9XWA-46TE',
  claims: [],
  services: [],
  asking: undefined,
  devices: noDevices,
}

export function identifyFake(
  command: IdentityCommand,
  identity: IdentityState,
  now: Millis,
): { readonly identity: IdentityState; readonly answer?: string | undefined } {
  switch (command.type) {
    case 'phrase':
      return { identity, answer: fakePhrase }
    case 'restore':
      if (command.phrase.trim().split(/\s+/u).length !== 12) throw new IdentityRefused('phraseMalformed')
      return { identity: { ...identity, id: '6f'.repeat(32), claims: [] } }
    case 'lookUp':
      return { identity, answer: fakeServiceKey }
    case 'believe': {
      const service = { key: command.key, host: new URL(command.relay).host }
      return { identity: { ...identity, services: [...identity.services, service] } }
    }
    case 'doubt':
      return { identity: { ...identity, services: identity.services.filter(({ key }) => key !== command.key) } }
    case 'askCode':
      if (!command.email.includes('@')) throw new IdentityRefused('addressMalformed')
      return { identity: { ...identity, asking: { email: command.email, host: new URL(command.relay).host } } }
    case 'enterCode': {
      if (identity.asking === undefined) throw new IdentityRefused('noCode')
      if (command.code !== fakeCode) throw new IdentityRefused('wrongCode')
      const { email, host } = identity.asking
      const claim = { claim: email, host, service: fakeServiceKey, notAfter: now + ninetyDays }
      return { identity: { ...identity, asking: undefined, claims: [...identity.claims, claim] }, answer: email }
    }
    case 'dropClaim':
      return { identity: { ...identity, claims: identity.claims.filter(({ claim }) => claim !== command.claim) } }
    case 'show':
      return { identity }
    default:
      return fakeDevices(command, identity, now)
  }
}

export const fakeDeviceLink = 'https://kith.example/#d-7QW3K0R5XV9MBZ2H8N4TJ6PD'

/** Another device comes as soon as there is a code, and shows the digits it should. */
function fakeDevices(
  command: DeviceCommand,
  identity: IdentityState,
  now: Millis,
): { readonly identity: IdentityState; readonly answer?: string | undefined } {
  const { devices } = identity
  const set = (change: Partial<DevicesState>): IdentityState => ({ ...identity, devices: { ...devices, ...change } })
  switch (command.type) {
    case 'offerDevice': {
      const linking = { phase: 'offered', link: fakeDeviceLink, until: now + 600_000 } as const
      return { identity: set({ linking }), answer: fakeDeviceLink }
    }
    case 'becomeDevice':
      if (command.code.length < 24) throw new IdentityRefused('codeUnreadable')
      return { identity: set({ linking: { phase: 'looking', until: now + 600_000 } }) }
    case 'confirmDevice': {
      const { linking } = devices
      if (linking?.phase !== 'compare') throw new IdentityRefused('nothingToCompare')
      if (!command.matches) return { identity: set({ linking: { phase: 'failed', reason: 'different' } }) }
      const { name, platform } = linking
      const device = { id: 'd1', name, platform, addedAt: now, seenAt: now, here: true, rooms: 3 }
      return { identity: set({ list: [...devices.list, device], linking: { phase: 'done', name, rooms: 3 } }) }
    }
    case 'stopLinking':
      return { identity: set({ linking: undefined }) }
    case 'renameDevice': {
      const list = devices.list.map((one) => (one.id === command.device ? { ...one, name: command.name } : one))
      return { identity: set({ list }) }
    }
    case 'revokeDevice':
      return { identity: set({ list: devices.list.filter(({ id }) => id !== command.device) }) }
  }
}

export function contactFake(
  command: ContactCommand,
  contacts: ContactsState,
  nameOf: (room: string, who: string) => string,
): ContactsState {
  const { list, requests, asked } = contacts
  const isThis = (one: ContactRequest): boolean =>
    'who' in command && one.room === command.room && one.who === command.who
  switch (command.type) {
    case 'request': {
      const { room, who } = command
      return { ...contacts, asked: [...asked, { room, who, name: nameOf(room, who), declined: false }] }
    }
    case 'answer': {
      const request = requests.find(isThis)
      const rest = requests.filter((one) => !isThis(one))
      if (request === undefined || !command.accepts) return { ...contacts, requests: rest }
      const { who: id, name, room } = request
      const contact = { id, name, room, since: 0, blocked: false, verification: unverified, here: undefined }
      return { ...contacts, requests: rest, list: [...list, contact] }
    }
    case 'rename':
      return {
        ...contacts,
        list: list.map((one) => (one.id === command.contact ? { ...one, name: command.name } : one)),
      }
    case 'block':
      return {
        ...contacts,
        list: list.map((one) => (one.id === command.contact ? { ...one, blocked: command.on } : one)),
      }
    case 'remove':
      return { ...contacts, list: list.filter(({ id }) => id !== command.contact) }
  }
}

export function verifyFake(
  command: VerifyCommand,
  state: RoomState,
): {
  readonly comparing: readonly Comparing[]
  readonly people: RoomState['people']
  readonly answer?: string | undefined
} {
  const { people } = state
  const others = state.comparing.filter((one) => one.with !== command.who)
  const judged = (matches: boolean): RoomState['people'] =>
    people.map((person) =>
      person.id === command.who
        ? { ...person, verification: matches ? { level: 'compared', by: [], claim: undefined } : unverified }
        : person,
    )
  switch (command.type) {
    case 'safetyNumber':
      return {
        comparing: state.comparing,
        people,
        answer: '31415926535897932384626433832795028841971693993751058209749445'.slice(0, 60),
      }
    case 'compared':
      return { comparing: state.comparing, people: judged(command.matches) }
    case 'startSas':
      return {
        comparing: [...others, { with: command.who, phase: 'digits', digits: '271828', theySay: false }],
        people,
      }
    case 'answerSas':
      return {
        comparing: command.matches
          ? others
          : [...others, { with: command.who, phase: 'different', digits: undefined, theySay: false }],
        people: judged(command.matches),
      }
    case 'closeSas':
      return { comparing: others, people }
  }
}

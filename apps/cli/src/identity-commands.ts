/** What can be typed about who somebody is: the own words and addresses, services, comparing numbers, contacts. */
import type { Chat, Person, Room } from '@kith/peer'
import { accept, reject, type Result } from '@kith/protocol'
import { type DeviceInput, deviceDescriptions, parseDeviceCommand, performDevice } from './device-commands.ts'
import type { IdentityOutcome } from './outcome.ts'
import { relayOf } from './people.ts'
import { printableLine } from './printable.ts'

export type IdentityInput =
  | { readonly what: 'identity' | 'phrase' | 'contacts' }
  | { readonly what: 'device'; readonly input: DeviceInput }
  | { readonly what: 'restore'; readonly phrase: string }
  | { readonly what: 'attest'; readonly text: string }
  | { readonly what: 'reveal'; readonly on: boolean }
  /** By the address of its relay; undefined: this room's. */
  | { readonly what: 'believe' | 'doubt'; readonly relay: string | undefined }
  | { readonly what: 'verify'; readonly name: string; readonly answer: 'same' | 'different' | undefined }
  | { readonly what: 'compare'; readonly name: string }
  | {
      readonly what: 'contact'
      readonly act: 'add' | 'accept' | 'decline' | 'block' | 'unblock' | 'remove'
      readonly name: string
    }

export const identityDescriptions: readonly {
  readonly usage: string
  readonly does: string
  readonly menu: boolean
}[] = [
  { usage: 'identity', does: 'who you are beyond this room, and what is attested of you', menu: false },
  { usage: 'phrase', does: 'the twelve words that make another machine you', menu: false },
  { usage: 'restore WORDS', does: 'become who these twelve words are', menu: false },
  { usage: 'attest EMAIL, attest CODE', does: 'have your address attested by mail', menu: false },
  { usage: 'reveal, conceal', does: 'show this room who you are, or take it back', menu: false },
  { usage: 'believe [RELAY], doubt [RELAY]', does: 'take a service’s word about others, or no longer', menu: false },
  { usage: 'verify NAME [same|different]', does: 'the sixty digits to compare, and what you found', menu: false },
  { usage: 'compare NAME', does: 'six digits to read to each other, while both are here', menu: false },
  ...deviceDescriptions,
  { usage: 'contacts', does: 'the people you keep, and who asked', menu: false },
  { usage: 'contact add NAME', does: 'ask somebody; also accept, decline, block, unblock, remove', menu: false },
]

const acts = ['add', 'accept', 'decline', 'block', 'unblock', 'remove'] as const

/** Undefined: not one of these commands. Rejections are sentences. */
export function parseIdentityCommand(word: string, rest: string): Result<IdentityInput> | undefined {
  switch (word) {
    case 'identity':
    case 'phrase':
    case 'contacts':
      return accept({ what: word })
    case 'devices':
      return accept({ what: 'device', input: { act: 'list' } })
    case 'device': {
      const parsed = parseDeviceCommand(rest)
      return parsed.ok ? accept({ what: 'device', input: parsed.value }) : parsed
    }
    case 'restore':
      return rest === ''
        ? reject('Which words? As in /restore and the twelve words')
        : accept({ what: word, phrase: rest })
    case 'attest':
      return rest === '' ? reject('Which address? As in /attest robin@example.org') : accept({ what: word, text: rest })
    case 'reveal':
    case 'conceal':
      return accept({ what: 'reveal', on: word === 'reveal' })
    case 'believe':
    case 'doubt':
      return accept({ what: word, relay: rest === '' ? undefined : rest })
    case 'compare':
      return rest === '' ? reject('With whom? As in /compare Mara') : accept({ what: word, name: rest })
    case 'verify': {
      if (rest === '') return reject('Whom? As in /verify Mara')
      const answered = /^(.*\S)\s+(same|different)$/u.exec(rest)
      const answer = answered?.[2] as 'same' | 'different' | undefined
      return accept({ what: word, name: answered?.[1] ?? rest, answer })
    }
    case 'contact': {
      const [, act, name] = /^(\S+)\s+(.+)$/u.exec(rest) ?? []
      const known = acts.find((one) => one === act?.toLowerCase())
      return known === undefined || name === undefined
        ? reject('What about whom? As in /contact add Mara')
        : accept({ what: word, act: known, name })
    }
    default:
      return undefined
  }
}

export interface IdentityScene {
  readonly chat: Chat
  readonly room: Room
  /** Somebody of the room by name, or why there is nobody. */
  readonly find: (name: string) => { readonly who: string; readonly person: Person } | string
}

function hint(text: string): IdentityOutcome {
  return { type: 'hint', text }
}

/** Rejects with `IdentityRefused`, whose words can be said as they are. */
export async function performIdentity(input: IdentityInput, scene: IdentityScene): Promise<IdentityOutcome> {
  const { chat, room } = scene
  switch (input.what) {
    case 'identity':
      return { type: 'text', title: 'who you are', text: identityText(chat, room) }
    case 'phrase': {
      const words = (await chat.identify({ type: 'phrase' })) ?? ''
      const text = `${words}\n\nWrite them down on paper. Whoever has them is you; with them another machine becomes you.`
      return { type: 'text', title: 'your twelve words', text }
    }
    case 'device':
      return performDevice(input.input, chat, relayOf(room))
    case 'restore':
      await chat.identify({ type: 'restore', phrase: input.phrase })
      return hint(
        `From now on you are ${chat.state.identity.fingerprint} here. Rooms you are in keep who you were. Into a members room of yours you come back by any invite, as who you were there.`,
      )
    case 'attest': {
      if (/^[\d\s]+$/u.test(input.text)) {
        const email = await chat.identify({ type: 'enterCode', code: input.text })
        return hint(`${email} is attested for ninety days. /reveal shows it to the people of this room.`)
      }
      const relay = relayOf(room)
      if (relay === undefined) return hint('This room has no relay, so there is no service to ask.')
      await chat.identify({ type: 'askCode', email: input.text, relay })
      return hint('A code was mailed. Enter it within ten minutes, as in /attest 123456')
    }
    case 'reveal':
      await chat.identify({ type: 'show', room: room.id, on: input.on })
      return hint(input.on ? 'The people of this room see who you are now.' : 'Taken back. Who saw it may remember it.')
    case 'believe': {
      const relay = input.relay ?? relayOf(room)
      if (relay === undefined) return hint('Which relay’s service? As in /believe https://chat.example')
      const key = (await chat.identify({ type: 'lookUp', relay })) ?? ''
      await chat.identify({ type: 'believe', relay, key })
      return hint(`You take the word of ${new URL(relay).host} (key ${key.slice(0, 16)}…) about addresses now.`)
    }
    case 'doubt': {
      const relay = input.relay ?? relayOf(room) ?? ''
      const host = relay.replace(/^https?:\/\//u, '')
      const services = chat.state.identity.services.filter((service) => service.host === host)
      for (const { key } of services) await chat.identify({ type: 'doubt', key })
      return hint(services.length > 0 ? `You no longer take the word of ${host}.` : `You took no word of “${host}”.`)
    }
    case 'verify':
      return verify(input.name, input.answer, scene)
    case 'compare': {
      const found = scene.find(input.name)
      if (typeof found === 'string') return hint(found)
      const now = room.state.comparing.find((one) => one.with === found.who)
      if (now?.digits === undefined) {
        if (now === undefined) await room.verify({ type: 'startSas', who: found.who })
        return hint(`Asked. In a moment, type /compare ${input.name} again for the digits; they do the same.`)
      }
      return hint(
        `Read to each other: ${now.digits.slice(0, 3)} ${now.digits.slice(3)}. Then /verify ${input.name} same, or different.`,
      )
    }
    case 'contacts':
      return { type: 'text', title: 'contacts', text: contactsText(chat) }
    case 'contact':
      return contact(input.act, input.name, scene)
  }
}

async function verify(
  name: string,
  answer: 'same' | 'different' | undefined,
  { room, find }: IdentityScene,
): Promise<IdentityOutcome> {
  const found = find(name)
  if (typeof found === 'string') return hint(found)
  const { who, person } = found
  const called = printableLine(person.name) || 'They'
  if (answer === undefined) {
    const digits = (await room.verify({ type: 'safetyNumber', who })) ?? ''
    const groups = digits.match(/\d{5}/gu) ?? []
    const rows = [groups.slice(0, 4), groups.slice(4, 8), groups.slice(8)].map((row) => row.join(' ')).join('\n')
    const text = `${rows}\n\n${called} sees the same digits with /verify. Compare them by another road, such as a call; then /verify ${name} same, or different.\n\nSo far: ${levelText(person)}`
    return { type: 'text', title: `making sure of ${called}`, text }
  }
  const matches = answer === 'same'
  const isComparing = room.state.comparing.some((one) => one.with === who && one.phase === 'digits')
  await room.verify(isComparing ? { type: 'answerSas', who, matches } : { type: 'compared', who, matches })
  return hint(
    matches
      ? `${called} is verified: you compared numbers.`
      : `Somebody may stand between you and ${called}. Meet by another link, and say nothing secret here.`,
  )
}

async function contact(
  act: Extract<IdentityInput, { what: 'contact' }>['act'],
  name: string,
  { chat, room, find }: IdentityScene,
): Promise<IdentityOutcome> {
  const wanted = printableLine(name).toLowerCase()
  const { list, requests } = chat.state.contacts
  const isNamed = (one: { readonly name: string }): boolean => printableLine(one.name).toLowerCase() === wanted
  switch (act) {
    case 'add': {
      const found = find(name)
      if (typeof found === 'string') return hint(found)
      await chat.contact({ type: 'request', room: room.id, who: found.who })
      return hint(`Asked ${printableLine(name)}. Nothing of who you are is told before they accept.`)
    }
    case 'accept':
    case 'decline': {
      const request = requests.find(isNamed)
      if (request === undefined) return hint(`Nobody called “${printableLine(name)}” asked. /contacts lists who did.`)
      const accepts = act === 'accept'
      await chat.contact({ type: 'answer', room: request.room, who: request.who, accepts })
      return hint(accepts ? `${printableLine(name)} is a contact as soon as they confirm.` : 'Declined.')
    }
    case 'block':
    case 'unblock':
    case 'remove': {
      const found = list.find(isNamed)
      if (found === undefined) return hint(`There is no contact “${printableLine(name)}”. /contacts lists them.`)
      if (act === 'remove') await chat.contact({ type: 'remove', contact: found.id })
      else await chat.contact({ type: 'block', contact: found.id, on: act === 'block' })
      return hint(
        { block: 'Blocked.', unblock: 'No longer blocked.', remove: 'Erased, with the room of you two.' }[act],
      )
    }
  }
}

function identityText(chat: Chat, room: Room): string {
  const { fingerprint, claims, services, asking } = chat.state.identity
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10)
  return [
    `You are ${fingerprint}, in every room where you show it.`,
    room.state.shown ? 'This room sees it (/conceal takes it back).' : 'This room does not see it (/reveal shows it).',
    ...claims.map(({ claim, host, notAfter }) => `${claim}, attested by ${host} until ${day(notAfter)}`),
    ...(claims.length === 0 ? ['No address is attested (/attest EMAIL).'] : []),
    ...(asking === undefined ? [] : [`A code was mailed to ${asking.email}: /attest CODE`]),
    ...services.map(({ host, key }) => `You take the word of ${host}, key ${key.slice(0, 16)}…`),
    ...(services.length === 0 ? ['You take no service’s word about others (/believe).'] : []),
  ].join('\n')
}

function contactsText(chat: Chat): string {
  const { list, requests, asked } = chat.state.contacts
  const lines = [
    ...requests.map(
      ({ name }) => `? ${printableLine(name)} asks to be a contact: /contact accept ${printableLine(name)}`,
    ),
    ...asked.map(({ name, declined }) => `… ${printableLine(name)} ${declined ? 'declined' : 'has not answered'}`),
    ...list.map(({ name, here, blocked, verification }) => {
      const where = blocked ? 'blocked' : here === undefined ? 'away' : 'here now'
      return `${here === undefined ? '○' : '●'} ${printableLine(name)}: ${where}, ${verification.level === 'compared' ? 'verified' : 'not verified'}`
    }),
  ]
  return lines.length > 0 ? lines.join('\n') : 'Nobody yet. /contact add NAME asks somebody who is here.'
}

function levelText({ verification: { level, claim, by } }: Person): string {
  switch (level) {
    case 'self':
      return 'this is you.'
    case 'compared':
      return 'you compared numbers.'
    case 'pin':
      return 'you gave them a PIN.'
    case 'attested':
      return `a service you trust says that ${claim} is theirs.`
    case 'vouched':
      return `${by.length} in this room vouch for them.`
    case 'changed':
      return 'CAREFUL: somebody you know has this name, under another key.'
    case 'none':
      return 'nobody made sure.'
  }
}

/** What can be typed about one's own devices, and what is said while one is being linked. */
import type { Chat, DevicesState, OwnDevice } from '@kith/peer'
import { accept, reject, type Result } from '@kith/protocol'
import type { IdentityOutcome } from './outcome.ts'
import { qrRows } from './invite.ts'
import { printableLine } from './printable.ts'

export type DeviceInput =
  | { readonly act: 'list' | 'add' | 'stop' }
  | { readonly act: 'confirm'; readonly matches: boolean }
  | { readonly act: 'remove'; readonly name: string }
  | { readonly act: 'rename'; readonly name: string; readonly to: string }

/** What the room is called that only one's own devices are in. */
export const notesTitle = 'Notes to myself'

export const deviceDescriptions = [
  { usage: 'devices', does: 'your devices, and when each was last seen', menu: false },
  { usage: 'device add', does: 'a code for another device; also same, different, stop', menu: false },
  { usage: 'device remove NAME', does: 'it speaks for you no more; device rename NAME to NEW', menu: false },
] as const

export function parseDeviceCommand(rest: string): Result<DeviceInput> {
  const [, act = '', name = ''] = /^(\S+)\s*(.*)$/u.exec(rest) ?? []
  switch (act.toLowerCase()) {
    case 'add':
    case 'stop':
      return accept({ act: act.toLowerCase() as 'add' | 'stop' })
    case 'same':
    case 'different':
      return accept({ act: 'confirm', matches: act.toLowerCase() === 'same' })
    case 'remove':
      return name === ''
        ? reject('Which device? /devices lists them, as in /device remove Phone')
        : accept({ act: 'remove', name })
    case 'rename': {
      const [, from, to] = /^(.+\S)\s+to\s+(.+)$/u.exec(name) ?? []
      return from === undefined || to === undefined
        ? reject('Which, and what shall it be called? As in /device rename Phone to Old phone')
        : accept({ act: 'rename', name: from, to })
    }
    default:
      return reject('What about devices? As in /device add; /devices lists them')
  }
}

export async function performDevice(
  input: DeviceInput,
  chat: Chat,
  relay: string | undefined,
): Promise<IdentityOutcome> {
  const { devices } = chat.state.identity
  switch (input.act) {
    case 'list':
      return { type: 'text', title: 'your devices', text: devicesText(devices) }
    case 'add': {
      const link = (await chat.identify({ type: 'offerDevice', relay, notes: notesTitle })) ?? ''
      return { type: 'text', title: 'add a device', text: offerText(link) }
    }
    case 'stop':
      await chat.identify({ type: 'stopLinking' })
      return { type: 'hint', text: 'The code counts no more.' }
    case 'confirm':
      await chat.identify({ type: 'confirmDevice', matches: input.matches })
      return input.matches
        ? { type: 'hint', text: 'Your rooms go to it now.' }
        : { type: 'hint', text: 'Nothing was given. Somebody else may have had the code: /device add makes another.' }
    case 'remove': {
      const device = findDevice(devices, input.name)
      if (device === undefined) return { type: 'hint', text: noDevice(input.name) }
      await chat.identify({ type: 'revokeDevice', device: device.id })
      return {
        type: 'hint',
        text: `${printableLine(device.name)} speaks for you no more. It still has the links of open rooms: make new ones if it was stolen.`,
      }
    }
    case 'rename': {
      const device = findDevice(devices, input.name)
      if (device === undefined) return { type: 'hint', text: noDevice(input.name) }
      await chat.identify({ type: 'renameDevice', device: device.id, name: input.to })
      return { type: 'hint', text: `It is called ${printableLine(input.to)} now.` }
    }
  }
}

function findDevice({ list }: DevicesState, name: string): OwnDevice | undefined {
  const wanted = printableLine(name).toLowerCase()
  return list.find((device) => printableLine(device.name).toLowerCase() === wanted)
}

function noDevice(name: string): string {
  return `You have no device “${printableLine(name)}”. /devices lists them.`
}

export function offerText(link: string): string {
  return [
    link,
    '',
    ...qrRows(link),
    '',
    'On the other device: scan it, or open the link, or  kith device CODE  with',
    `  ${typedCode(link)}`,
    'It lasts ten minutes. Both will show six digits; you say here whether they are the same.',
  ].join('\n')
}

/** Six groups of four, as one reads them aloud. */
export function typedCode(link: string): string {
  return (/#d-(\S+)$/u.exec(link)?.[1] ?? '').replace(/(.{4})(?=.)/gu, '$1-')
}

export function devicesText({ role, revoked, list }: DevicesState): string {
  if (revoked) return 'This device was removed: it speaks for nobody any more. What you have read stays here.'
  if (role === 'linked') return 'This is a linked device. Your main device has your twelve words, and the list.'
  if (list.length === 0) return 'This is your only device. /device add links another.'
  const day = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ')
  return [
    'This is your main device. Linked with it:',
    ...list.map(({ name, here, seenAt, rooms, platform }) => {
      const when = here ? 'here now' : `last seen ${day(seenAt)}`
      const what = platform === 'node' ? 'terminal' : 'browser'
      return `${here ? '●' : '○'} ${printableLine(name)} (${what}): ${when}, in ${rooms} ${rooms === 1 ? 'room' : 'rooms'}`
    }),
  ].join('\n')
}

const failures = {
  expired: 'Nobody came with this code in ten minutes. It counts no more.',
  different: 'The digits were different, so nothing was given. Somebody else may have had the code: make another.',
  gone: 'The other device went away. Try again.',
} as const

/** What one is told while a device is being linked, each thing once. */
export class DevicesWatch {
  #said = ''

  observe({ linking, revoked }: DevicesState): readonly string[] {
    const now = revoked ? devicesText({ role: 'linked', revoked, list: [], linking: undefined }) : lineOf(linking)
    if (now === this.#said) return []
    this.#said = now
    return now === '' ? [] : [now]
  }
}

function lineOf(linking: DevicesState['linking']): string {
  switch (linking?.phase) {
    case 'compare': {
      const digits = `${linking.digits.slice(0, 3)} ${linking.digits.slice(3)}`
      return linking.asks
        ? `“${printableLine(linking.name)}” wants to be your device. Does it show ${digits}? Then /device same; otherwise /device different.`
        : `Does the other device show ${digits}, too? Say so there.`
    }
    case 'done':
      return linking.name === ''
        ? `This is your device now, with ${linking.rooms} ${linking.rooms === 1 ? 'room' : 'rooms'}.`
        : `${printableLine(linking.name)} is your device now, with ${linking.rooms} ${linking.rooms === 1 ? 'room' : 'rooms'}.`
    case 'failed':
      return failures[linking.reason]
    case 'offered':
    case 'looking':
    case 'giving':
    case undefined:
      return ''
  }
}

/** The words about keepers in English. */
import { en } from './en.ts'

const { number, plural } = en.format

export interface KeepersMessages {
  readonly title: string
  readonly here: (blind: number, reading: number) => string
  readonly fromKeepers: (have: number, gaps: number) => string
  readonly lead: string
  readonly sees: string
  readonly seesNot: string
  readonly make: string
  readonly show: string
  readonly how: string
  readonly command: string
  readonly copy: string
  readonly copied: string
  readonly selectIt: string
  readonly care: string
  readonly lasts: string
  readonly given: string
  readonly by: (name: string) => string
  readonly yours: string
  readonly revoke: string
  readonly revokeHint: string
  readonly failed: string
}

export const keepersEn: KeepersMessages = {
  title: 'Keepers',
  here: (blind, reading) => {
    if (blind + reading === 0) return 'No keeper is here.'
    const said = plural(blind + reading, { one: '1 keeper is here', other: '# keepers are here' })
    if (reading === 0) return `${said}, and cannot read.`
    return `${said}; ${plural(reading, { one: '1 was given the link and can read.', other: '# were given the link and can read.' })}`
  },
  fromKeepers: (have, gaps) =>
    gaps === 0
      ? `Nobody else is here: what you read came from keepers. ${plural(have, { one: '1 entry', other: '# entries' })}, and none is missing of the hours they hold.`
      : `Nobody else is here: what you read came from keepers, and ${plural(gaps, { one: 'a part is', other: `${number(gaps)} parts are` })} still missing.`,
  lead: 'A keeper is a program on a machine that stays on. It holds the last hours of this room, messages and files, for whoever comes when nobody is here.',
  sees: 'It sees when somebody is here, under which name and from which address, and how much is said.',
  seesNot: 'It cannot read messages, files or their names, and is not given a key. Nor can whoever runs it.',
  make: 'Make a ticket',
  show: 'Show how',
  how: 'Run this there. It needs Node 20 or newer, and nothing else.',
  command: 'Command that runs a keeper of this room',
  copy: 'Copy command',
  copied: 'Command copied',
  selectIt: 'Copying is not allowed here. The command is selected: press Ctrl+C.',
  care: 'Give it only to who runs the keeper: whoever has it can find this room and see who is here.',
  lasts: 'In an open room it cannot be taken back.',
  given: 'Tickets that were made',
  by: (name) => `made by ${name}`,
  yours: 'made by you',
  revoke: 'Take back',
  revokeHint: 'Keepers that were given it are turned away, and the room meets elsewhere.',
  failed: 'No ticket was made. Try again in a moment.',
}

/** `/keeper`: what a keeper of this room is run with, and what it can see. */
import type { Room, RoomState } from '@kith/peer'
import { createNativeCrypto, keeperTicketOf } from '@kith/peer/node'

/** Of a members room the one made here before, or a new one. */
export async function keeperTicketFor(room: Room): Promise<string | undefined> {
  if (room.state.kind === 'open') return keeperTicketOf(createNativeCrypto(), room.state.link)
  const mine = (): string | undefined =>
    room.state.members?.keeperTickets.find(({ ticket }) => ticket !== undefined)?.ticket
  const known = mine()
  if (known !== undefined) return known
  await room.govern({ type: 'keeperTicket' })
  return mine()
}

export function keepersHere({ people }: Pick<RoomState, 'people'>): number {
  return people.filter(({ keeper, online }) => keeper !== undefined && online).length
}

export function keeperText({ people, members }: RoomState, ticket: string): string {
  const here = keepersHere({ people })
  const lines = [
    here === 0 ? 'No keeper is here.' : here === 1 ? '1 keeper is here.' : `${here} keepers are here.`,
    'To have one, run this on a machine that stays on, with Node 20 or newer:',
    `npx kith keep '${ticket}'`,
    'It holds what was said and sent in the last six hours, sealed, for whoever comes when nobody is here. Whoever runs it cannot read any of it, and does not get the keys. They see when somebody is here, under which name and from which address, and how much is said.',
  ]
  if (members !== undefined) {
    lines.push(
      'Give it only to who runs the keeper: it shows where this room meets. Taking it back turns the keepers away that were given it:',
    )
    lines.push(members.keeperTickets.map(({ id }) => `/revoke ${id.slice(0, 8)}`).join('\n'))
  }
  return lines.join('\n\n')
}

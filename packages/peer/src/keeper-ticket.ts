/** The ticket of a room for blind keepers, from the room's link. */
import { formatKeeperTicket, openRoomKeys, parseRoomLink } from '@kith/protocol'
import type { Crypto } from '@kith/protocol'

/** Undefined where there is no link of an open room: in a members room one is made, by `govern`. */
export function keeperTicketOf(
  crypto: Pick<Crypto, 'hkdf' | 'sha256' | 'signKeyPair'>,
  link: string,
): string | undefined {
  const parsed = parseRoomLink(link)
  if (!parsed.ok) return undefined
  const { roomId, rendezvousSecret, lobbyKey, keeperKey } = openRoomKeys(crypto, parsed.value.secret)
  if (keeperKey === undefined) return undefined
  const { publicKey } = crypto.signKeyPair(keeperKey)
  const { relay } = parsed.value
  return formatKeeperTicket(crypto, { roomId, rendezvousSecret, lobbyKey, keeperKey: publicKey, relay })
}
